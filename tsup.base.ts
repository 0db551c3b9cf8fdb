import type { Options } from 'tsup';

/**
 * Takes out the imports of chunks by which nothing is taken (`import "./chunk-X.js"`). The bundler writes them to keep
 * the order in which modules run; ours have no side effects, as their package.json says, and bundlers of linked
 * packages warn of each.
 */
const withoutBareImports: NonNullable<Options['plugins']>[number] = {
  name: 'without-bare-imports',
  renderChunk(code) {
    // The lines stay, empty, so that source maps hold.
    return { code: code.replace(/^import "\.{1,2}\/(?:[\w-]+\/)*chunk-\w+\.js";$/gm, '') };
  },
};

/** One ESM entry, its types and its source map: what every package ships. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
  external: [/^node:/],
  plugins: [withoutBareImports],
};
