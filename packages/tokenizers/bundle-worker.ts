/**
 * Bundles the worker of tokenizer pools into one script.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** The worker as one script without imports. */
export async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/pool/worker.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    platform: 'neutral',
    conditions: ['@llm/source'],
    // Parts of other packages that the worker leaves out mention modules of Node.
    external: ['node:*'],
  });
  return outputFiles[0]!.text;
}

/** Puts the text of the worker in the place of `src/pool/worker-source.ts`. */
export const workerSourcePlugin: Plugin = {
  name: 'worker-source',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]pool[\\/]worker-source\.ts$/ }, async () => {
      const text = JSON.stringify(await bundleWorker());
      return { contents: `export const workerSource = async () => ${text};`, loader: 'js' };
    });
  },
};
