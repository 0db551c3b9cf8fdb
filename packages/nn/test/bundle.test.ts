/**
 * What a page downloads that generates text on a GPU: the entry, the WebGPU backend and one family.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';

const PAGE = `
import { AutoModelForCausalLM, generate } from '@llm/nn';
const model = await AutoModelForCausalLM.from_pretrained('owner/name');
console.log(await generate(model, { input_ids: [[1]] }));
`;

/**
 * Most bytes, gzipped: what it is now and little more, so that growth is seen; a change that needs more has to say
 * why. The aim is 90 KB.
 */
const LIMIT = 138_000; // quantized products, attention over a cache and windows on large buffers came to WebGPU

/** Outputs that load with those whose entry point is one of `entries`. */
function loaded({ outputs }: Metafile, entries: readonly string[]): Set<string> {
  const found = new Set<string>();
  const load = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind, external } of outputs[path]!.imports) {
      if (kind === 'import-statement' && !external) load(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entries.some((entry) => entryPoint?.endsWith(entry))) load(path);
  }
  return found;
}

describe('a page that generates on WebGPU', () => {
  it(`downloads at most ${LIMIT / 1000} KB, and only what it uses`, async () => {
    const result = await build({
      stdin: {
        contents: PAGE,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        sourcefile: 'page.ts',
      },
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      conditions: ['@llm/source'],
      external: ['node:*', 'webgpu'],
      write: false,
      metafile: true,
      outdir: '/out',
    });
    const { metafile } = result;
    const paths = loaded(metafile, ['page.ts', 'kernels-webgpu/src/index.ts', 'models/llama.ts']);
    const bytes = Array.from(paths, (path) => {
      const name = path.split('/').at(-1)!;
      const file = result.outputFiles.find((output) => output.path.endsWith(`/${name}`))!;
      return gzipSync(file.contents, { level: 9 }).length;
    });
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(LIMIT);

    const sources = Array.from(paths, (path) => Object.keys(metafile.outputs[path]!.inputs)).flat();
    const uses = (part: string) => sources.some((source) => source.includes(part));
    expect(uses('models/llama.ts')).toBe(true);
    expect(uses('kernels-webgpu/src/device.ts')).toBe(true);
    // Other families, the backend for CPUs and readers of other formats come only when they are asked for.
    for (const other of ['models/bert.ts', 'kernels-wasm/', 'hub/src/pickle/', 'constraints/']) {
      expect(uses(other), other).toBe(false);
    }
  });
});
