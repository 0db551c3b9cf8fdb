import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { opCases } from '@llm/tensor/testing';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM_PATH ?? places.find((place) => existsSync(place));
// WebGPU on the software adapter that Chromium brings; as root there is no sandbox.
const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** The page's script in one text. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@llm/source'],
    external: ['node:*'],
  });
  return outputFiles[0]!.text;
}

/** Opens a page with a script at an address that is a secure context, and waits for what it finds. */
async function open(script: string, query: string): Promise<Outcome> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: executablePath!, args });
  try {
    const page = await browser.newPage();
    const log: string[] = [];
    page.on('pageerror', (error) => log.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`);
    const handle = await page
      .waitForFunction(() => (globalThis as { outcome?: Outcome }).outcome, null, {
        timeout: 280_000,
      })
      .catch((error) => {
        throw new Error(`the page did not finish: ${error}\n${log.join('\n')}`);
      });
    return (await handle.jsonValue()) as Outcome;
  } finally {
    await browser.close();
    server.close();
  }
}

const isRequired = process.env.LLM_REQUIRE_WEBGPU === '1';
describe.skipIf(!executablePath && !isRequired)('in Chromium', () => {
  it('every operation gives what the oracle gives', { timeout: 300_000 }, async () => {
    const query = process.env.LLM_TEST_FULL ? '?gradients' : '';
    const { failures, passed, adapter } = await open(await bundle(), query);
    expect(failures).toEqual([]);
    expect(passed).toBe(opCases.length);
    expect(adapter).not.toBe('');
  });
});
