import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'vite';

/** Writes `service-worker.js` beside the built page, with the list of its files. */
export function serviceWorker(): Plugin {
  let folder = '';
  return {
    name: 'service-worker',
    apply: 'build',
    // Pages only: the bundle of a worker ends before its page's.
    applyToEnvironment: ({ name }) => name === 'client',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    async closeBundle() {
      const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name !== 'service-worker.js')
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file.slice(folder.length)).update(await readFile(file));
      const names = files.map((file) => file.slice(folder.length + 1).replaceAll(sep, '/'));
      await build({
        entryPoints: [
          fileURLToPath(new URL('./src/service-worker/service-worker.ts', import.meta.url)),
        ],
        outfile: join(folder, 'service-worker.js'),
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2022',
        define: {
          pageFiles: JSON.stringify(names),
          pageVersion: JSON.stringify(hash.digest('hex').slice(0, 16)),
        },
      });
    },
  };
}
