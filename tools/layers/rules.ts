/**
 * Which package may import which: arrows point downwards only (docs of the layers: CONTRIBUTING.md).
 *
 * @module
 */

/** How a package may reach another: by any import, or only by `import()` at run time. */
export type Access = 'any' | 'dynamic';

/** The packages that one package may import. */
export type Layer = Readonly<Record<string, Access>>;

/** Every package of the workspace with what it may import; a package missing here is an error. */
export const layers: Readonly<Record<string, Layer>> = {
  '@llm/tensor': {},
  '@llm/kernels-wasm': { '@llm/tensor': 'any' },
  '@llm/kernels-webgpu': { '@llm/tensor': 'any' },
  '@llm/hub': {},
  '@llm/tokenizers': { '@llm/hub': 'any' },
  '@llm/nn': {
    '@llm/tensor': 'any',
    '@llm/hub': 'any',
    '@llm/kernels-wasm': 'any',
    // Loaded on machines with a GPU only, so that others do not download it.
    '@llm/kernels-webgpu': 'dynamic',
  },
  '@llm/train': { '@llm/nn': 'any', '@llm/hub': 'any', '@llm/tokenizers': 'any' },
  '@llm/apps': {
    '@llm/tensor': 'any',
    '@llm/kernels-wasm': 'any',
    '@llm/kernels-webgpu': 'any',
    '@llm/hub': 'any',
    '@llm/tokenizers': 'any',
    '@llm/nn': 'any',
    '@llm/train': 'any',
  },
};

/** The longest file that `src` may hold, in lines. */
export const longestFile = 400;

/**
 * Folders whose files may import each other in a circle. Gradient rules are mutually recursive by nature
 * (the gradient of `sum` expands, the gradient of `expand` sums); they call each other only when a gradient
 * is taken, never while the modules load.
 */
export const mutuallyRecursive: readonly string[] = ['packages/tensor/src/ops/'];
