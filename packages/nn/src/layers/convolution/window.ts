/**
 * Numbers per axis of a window.
 *
 * @module
 */

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[];

/** Zeros on both sides of each axis, or PyTorch's names for how many. */
export type WindowPadding = PerAxis | 'same' | 'valid';

/** How a window moves, per axis. */
interface Movement {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** One whole number per axis. @throws RangeError for another count, a fraction or less than `least`. */
export function amounts(name: string, given: PerAxis, axes: number, least: number): number[] {
  const list = typeof given === 'number' ? new Array<number>(axes).fill(given) : [...given];
  if (list.length === axes && list.every((value) => Number.isInteger(value) && value >= least)) {
    return list;
  }
  throw new RangeError(
    `convolution: ${name} wants a whole number from ${least}, or ${axes} of them: got ${JSON.stringify(given)}`,
  );
}

/** Zeros before and after each axis. @throws RangeError for `'same'` with another stride than 1. */
export function paddingOf(
  padding: WindowPadding,
  { window, stride, dilation }: Movement,
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) {
      throw new RangeError(
        `convolution: padding 'same' wants stride 1: got [${stride.join(', ')}]`,
      );
    }
    const total = window.map((width, axis) => dilation[axis]! * (width - 1));
    const before = total.map((zeros) => Math.floor(zeros / 2));
    return { before, after: total.map((zeros, axis) => zeros - before[axis]!) };
  }
  if (typeof padding === 'string' && padding !== 'valid') {
    throw new TypeError(
      `convolution: padding is '${padding as string}'; it takes numbers, 'same', 'valid'`,
    );
  }
  const both = amounts('padding', padding === 'valid' ? 0 : padding, window.length, 0);
  return { before: both, after: both };
}
