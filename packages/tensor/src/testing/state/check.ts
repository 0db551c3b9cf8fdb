import { compile } from '../../compile.ts';
import { realize } from '../../realize.ts';
import type { Tensor } from '../../tensor.ts';

/** Makes a function of tensors run: at once, or compiled. */
export type Runner = <Arguments extends unknown[], Result>(
  fn: (...args: Arguments) => Result,
) => (...args: Arguments) => Promise<Result>;

/** The ways in which a function can run; state must behave the same in both. */
export const runners: Readonly<Record<'eager' | 'compiled', Runner>> = {
  eager:
    (fn) =>
    async (...args) => {
      const result = fn(...args);
      await realize(result);
      return result;
    },
  compiled: (fn) => compile(fn),
};

/** Something about state that must hold however a function runs. */
export interface StateCase {
  readonly name: string;
  /** Rejects if it does not hold on the default device. */
  run(runner: Runner): Promise<void>;
}

/** Throws unless a tensor has exactly these values. */
export async function expectValues(
  what: string,
  tensor: Tensor,
  want: readonly number[],
): Promise<void> {
  const got = [...(await tensor.data())];
  if (got.length !== want.length || got.some((value, i) => !Object.is(value, want[i]))) {
    throw new Error(`${what}: got [${got.join(', ')}], want [${want.join(', ')}]`);
  }
}

/** Throws unless `holds`. */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}
