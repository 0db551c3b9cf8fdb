/**
 * Tests that run in a page of a real, headless Chromium.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type LaunchOptions } from 'playwright-core';
import { describe } from 'vitest';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM_PATH ?? places.find((place) => existsSync(place));
// WebGPU on the software adapter that Chromium brings; as root there is no sandbox.
const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
/** What makes a page cross-origin isolated, so that its memory can be shared with workers. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** How Chromium is started for a test. */
export function chromiumOptions(): LaunchOptions {
  return { executablePath: executablePath!, args: [...args] };
}

/** How a page is opened. */
export interface PageOptions {
  /** What the script finds in `location.search`, from `?`. */
  readonly query?: string;
  /** Whether the page is cross-origin isolated. Default false. */
  readonly isolated?: boolean;
  /** A folder whose files the page can fetch, by their paths below it. */
  readonly folder?: URL;
}

/** `describe` for tests in Chromium: skipped where there is none, unless WebGPU is required. */
export function describeChromium(name: string, body: () => void): void {
  const isRequired = process.env.LLM_REQUIRE_WEBGPU === '1';
  describe.skipIf(!executablePath && !isRequired)(name, body);
}

/**
 * Bundles a script, runs it in a page at an address that is a secure context, and waits for what it sets
 * `globalThis.outcome` to.
 */
export async function runPage<Outcome>(script: URL, options: PageOptions = {}): Promise<Outcome> {
  const { query = '' } = options;
  const server = createServer(serve(await bundleOf(script), options));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch(chromiumOptions());
  try {
    const page = await browser.newPage();
    const log: string[] = [];
    page.on('pageerror', (error) => log.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`);
    const handle = await page
      .waitForFunction(() => (globalThis as { outcome?: unknown }).outcome, null, {
        timeout: 580_000,
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

/** Scripts by the paths that they are served at. */
type Scripts = ReadonlyMap<string, string>;

const bundles = new Map<string, Promise<Scripts>>();

/** A page's script and its chunks, made once. */
function bundleOf(script: URL): Promise<Scripts> {
  let made = bundles.get(script.href);
  if (!made) {
    made = bundle(script);
    bundles.set(script.href, made);
  }
  return made;
}

async function bundle(script: URL): Promise<Scripts> {
  const { outputFiles } = await build({
    entryPoints: { page: fileURLToPath(script) },
    bundle: true,
    // As pages are bundled; in one file esbuild forgets to start some modules that are imported lazily elsewhere.
    splitting: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    conditions: ['@llm/source'],
    external: ['node:*'],
  });
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]));
}

function serve(scripts: Scripts, { isolated = false, folder }: PageOptions): RequestListener {
  return async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const [type, content] = scripts.has(pathname)
      ? ['text/javascript', scripts.get(pathname)]
      : pathname === '/'
        ? ['text/html', '<!doctype html><script type="module" src="/page.js"></script>']
        : ['application/octet-stream', await fileOf(folder, pathname)];
    if (isolated)
      for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type });
    response.end(content);
  };
}

async function fileOf(folder: URL | undefined, path: string): Promise<Uint8Array | undefined> {
  if (!folder) return undefined;
  return readFile(new URL(`.${path}`, folder)).catch(() => undefined);
}
