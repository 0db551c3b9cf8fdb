/**
 * The built page in a real Chromium, from a server that sends files and nothing else, beside a hub with tiny models.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { chromiumOptions } from '../../tools/testing/chromium.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** A server of the page's folder, as a host of static files is: no headers but the type. */
export async function servePage(): Promise<{ readonly address: string; close(): void }> {
  const folder = inject('pageFolder');
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const name = normalize(pathname === '/' ? '/index.html' : pathname);
    const content = await readFile(join(folder, name)).catch(() => undefined);
    const type = types[extname(name)] ?? 'application/octet-stream';
    response.writeHead(content ? 200 : 404, { 'content-type': type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A browser with the page's server. */
export interface Playground {
  readonly context: BrowserContext;
  /** Address of the server of the page. */
  readonly address: string;
  /** What pages reported as errors so far; a test ends with an empty list. */
  readonly errors: string[];
  /** Opens the page at the part of its address behind `#`, isolated and ready. */
  open(link: string): Promise<Page>;
  close(): Promise<void>;
}

/** Starts all of it. */
export async function startPlayground(): Promise<Playground> {
  const [server, browser] = await Promise.all([
    servePage(),
    chromium.launch(chromiumOptions()) as Promise<Browser>,
  ]);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const errors: string[] = [];
  context.on('weberror', (error) => errors.push(String(error.error())));
  return {
    context,
    address: server.address,
    errors,
    async open(link) {
      const page = await context.newPage();
      await page.goto(`${server.address}?hub=${encodeURIComponent(inject('hubHost'))}#${link}`);
      await page.waitForFunction(() => crossOriginIsolated && document.querySelector('h1'));
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));

/** Keeps what a page shows, as `screenshots/NAME.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
