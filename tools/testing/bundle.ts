/**
 * What a page downloads, as esbuild bundles it.
 *
 * @module
 */
import { gzipSync } from 'node:zlib';
import { type BuildResult, build } from 'esbuild';

/** A page that was bundled, in chunks. */
export type Bundle = BuildResult<{ write: false; metafile: true }>;

/** Bundles a page's program, called `page.ts`, which stands in `folder`. */
export function bundlePage(contents: string, folder: string): Promise<Bundle> {
  return build({
    stdin: { contents, resolveDir: folder, sourcefile: 'page.ts' },
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
}

/** A program in one file, without chunks: what it loads on demand is inside, too. */
export async function bundleProgram(contents: string, folder: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, sourcefile: 'program.ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@llm/source'],
    external: ['webgpu'],
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Outputs that load with those whose entry point ends with one of `entries`. */
export function loadedWith(
  { metafile: { outputs } }: Bundle,
  entries: readonly string[],
): Set<string> {
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

/** Bytes of outputs, each gzipped by itself. */
export function gzippedSize({ outputFiles }: Bundle, paths: Iterable<string>): number {
  return Array.from(paths, (path) => {
    const name = path.split('/').at(-1)!;
    const file = outputFiles.find((output) => output.path.endsWith(`/${name}`))!;
    return gzipSync(file.contents, { level: 9 }).length;
  }).reduce((sum, size) => sum + size);
}
