import type { Options } from 'tsup';

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
};
