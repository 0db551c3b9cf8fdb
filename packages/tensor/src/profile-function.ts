import { compile } from './compile.ts';
import type { Profile } from './profile.ts';

/**
 * Calls `fn`, compiled for these arguments, and tells what each of its kernels took. Its effects are those of a call:
 * variables that it assigns have new values afterwards. Some drivers finish compiling a kernel when it first runs: of
 * a function that has not run on the device before, profile the second call.
 *
 * @example console.log(`${await profile((x) => softmax(x), randn([8, 1024]))}`)
 * @throws Error where the device cannot measure (a GPU without `timestamp-query`)
 */
export async function profile<Arguments extends unknown[]>(
  fn: (...args: Arguments) => unknown,
  ...args: Arguments
): Promise<Profile> {
  const compiled = compile(fn);
  try {
    return await compiled.profile(...args);
  } finally {
    compiled.dispose();
  }
}
