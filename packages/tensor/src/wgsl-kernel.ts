import { checkOptions } from './ops/options.ts';
import type { Spec } from './spec.ts';

/** The tensors of one application of an operation, for whom the grid and the constants depend on them. */
export interface WgslContext<Attributes> {
  readonly inputs: readonly Spec[];
  readonly output: Spec;
  readonly attributes: Attributes;
}

/**
 * A WebGPU kernel of one's own for an operation of `defineOp`. Everything that the shader shares with the program
 * is declared here once; the bindings and constants are written from it:
 *
 * - each tensor is a variable of its name, an `array<f32>`, `array<i32>` or `array<u32>` in row-major order
 * - `NAME_size: u32` is its number of elements, `NAME_shape: array<u32, rank>` its shape (not for scalars)
 * - `constants` come as `const NAME = value;`
 *
 * Where tensors are of another dtype (narrower ones are stored packed), or the device lacks an extension, and on
 * devices other than WebGPU, the operation's `compute` runs instead.
 */
export interface WgslKernel<Attributes = undefined> {
  /** Variables of the inputs, one each, to be read. */
  readonly inputs: readonly string[];
  /** Variable of the output; the kernel writes every element. */
  readonly output: string;
  /** Workgroups to run along x, y, z; not called where the output is empty. */
  readonly workgroups: (context: WgslContext<Attributes>) => readonly number[];
  /** Numbers for the shader; whole ones fit every type of WGSL, others `f32`. Each set of values is a shader. */
  readonly constants?: (context: WgslContext<Attributes>) => Readonly<Record<string, number>>;
  /** Extensions of WGSL that the code enables. Default none. */
  readonly extensions?: readonly ('f16' | 'subgroups')[];
  /** WGSL without the declarations of tensors and constants. The entry point is `main`. */
  readonly code: string;
}

const parts = ['inputs', 'output', 'workgroups', 'constants', 'extensions', 'code'] as const;
const extensions = ['f16', 'subgroups'];

/** Throws unless a kernel declares what it must, under names that WGSL takes. */
export function checkWgslKernel(operation: string, kernel: WgslKernel<never>): void {
  const what = `defineOp '${operation}': wgsl`;
  checkOptions(what, kernel, parts);
  const { inputs, output, workgroups, code, extensions: enabled = [] } = kernel;
  if (!Array.isArray(inputs) || typeof workgroups !== 'function' || typeof code !== 'string') {
    throw new TypeError(
      `${what}: want 'inputs' (names), 'output' (a name), 'workgroups' (a function) and 'code'`,
    );
  }
  const names: readonly string[] = [...inputs, output];
  for (const name of names) checkWgslName(what, name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`${what}: two tensors are called '${twice}'`);
  const unknown = enabled.find((extension) => !extensions.includes(extension));
  if (unknown !== undefined) {
    throw new TypeError(
      `${what}: unknown extension '${unknown}'; it takes ${extensions.join(', ')}`,
    );
  }
}

/** Throws for a name that WGSL does not take; that it is no reserved word is left to the compiler. */
export function checkWgslName(what: string, name: unknown): void {
  if (typeof name === 'string' && /^(?!__)[A-Za-z_]\w*$/.test(name) && name !== '_') return;
  throw new TypeError(`${what}: got the name ${JSON.stringify(name)}; want letters, digits and _`);
}
