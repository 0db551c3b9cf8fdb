import { compile } from './compile.ts';

/**
 * What runs when `fn` is compiled for these arguments: a table of kernels with the bytes they move and their
 * operations, and the memory that the plan takes.
 *
 * @example console.log(await explain((x) => softmax(x), randn([8, 1024])))
 */
export async function explain<Arguments extends unknown[]>(
  fn: (...args: Arguments) => unknown,
  ...args: Arguments
): Promise<string> {
  const compiled = compile(fn);
  try {
    return await compiled.explain(...args);
  } finally {
    compiled.dispose();
  }
}
