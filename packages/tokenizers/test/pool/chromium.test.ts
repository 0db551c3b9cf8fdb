import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { workerSourcePlugin } from '../../bundle-worker.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM_PATH ?? places.find((place) => existsSync(place));

/** The page's script in one text, with the worker's in it as the build has it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@llm/source'],
    external: ['node:*'],
    plugins: [workerSourcePlugin],
  });
  return outputFiles[0]!.text;
}

describe.skipIf(!executablePath)('in Chromium', () => {
  it('a pool gives what one thread gives', { timeout: 120_000 }, async () => {
    const script = await bundle();
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const outcome = await page.waitForFunction(
        () => (globalThis as { outcome?: string }).outcome,
        null,
        { timeout: 60_000 },
      );
      expect(await outcome.jsonValue()).toBe('equal');
    } finally {
      await browser.close();
      server.close();
    }
  });
});
