/**
 * Runs a page in a headless Chromium, served and built by Vite.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { build, createServer, type InlineConfig, preview } from 'vite';

/** How a page reaches the browser. */
export interface Variant {
  /** `dev`: `vite dev`, modules one by one, dependencies pre-bundled; `build`: `vite build` and its preview. */
  readonly mode: 'dev' | 'build';
  /** Whether the page is cross-origin isolated, and so has `SharedArrayBuffer`. */
  readonly isolated: boolean;
}

/** All four. */
export const variants: readonly Variant[] = (['dev', 'build'] as const).flatMap((mode) =>
  [true, false].map((isolated) => ({ mode, isolated })),
);

/** Starts Chromium: `CHROMIUM_PATH`, or one that the system has. @throws Error if there is none. */
export async function startBrowser(): Promise<Browser> {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env.CHROMIUM_PATH ?? places.find((place) => existsSync(place));
  if (!executablePath) {
    throw new Error(
      'no Chromium found: install one (Debian: chromium), or set CHROMIUM_PATH to it',
    );
  }
  // As root there is no sandbox; WebGPU runs on the software adapter that Chromium brings.
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
  return chromium.launch({ executablePath, args });
}

/**
 * Opens the page of `root` (its index.html) and waits until it sets `globalThis.outcome`.
 *
 * @returns What the page logged.
 * @throws Error with the page's outcome and log, if it is not `done`.
 */
export async function runPage(browser: Browser, root: string, variant: Variant): Promise<string> {
  const server = await serve(root, variant);
  const page = await browser.newPage();
  try {
    const log: string[] = [];
    page.on('console', (message) => log.push(message.text()));
    page.on('pageerror', (error) => log.push(String(error)));
    // Vite reloads a page when it finds a dependency late; what was logged before does not count.
    page.on('framenavigated', () => log.splice(0));
    await page.goto(server.url);
    const handle = await page
      .waitForFunction(() => (globalThis as { outcome?: string }).outcome, null, {
        timeout: 180_000,
      })
      .catch((error) => {
        throw new Error(`the page did not finish: ${error}\n${log.join('\n')}`);
      });
    const outcome = await handle.jsonValue();
    const isolated = await page.evaluate(() => globalThis.crossOriginIsolated);
    const output = log.join('\n');
    if (outcome !== 'done') throw new Error(`the page failed: ${outcome}\n${output}`);
    if (isolated !== variant.isolated) {
      throw new Error(`crossOriginIsolated is ${isolated}; this run is for ${variant.isolated}`);
    }
    return output;
  } finally {
    await page.close();
    await server.close();
  }
}

async function serve(root: string, { mode, isolated }: Variant) {
  const headers: Record<string, string> = isolated
    ? {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }
    : {};
  const network = { host: '127.0.0.1', port: 0, headers };
  // The defaults of Vite are what is tested: no plugin, no option that a user would have to know.
  const config: InlineConfig = {
    root,
    configFile: false,
    logLevel: 'warn',
    server: network,
    preview: network,
  };
  if (mode === 'dev') {
    const server = await createServer({ ...config, optimizeDeps: { force: true } });
    await server.listen();
    return { url: urlOf(server.resolvedUrls), close: () => server.close() };
  }
  await build(config);
  const server = await preview(config);
  return { url: urlOf(server.resolvedUrls), close: () => server.close() };
}

function urlOf(urls: { local: string[] } | null): string {
  const url = urls?.local[0];
  if (!url) throw new Error('vite: the server has no local address');
  return url;
}
