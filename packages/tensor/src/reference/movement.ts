import type { Shape } from '../shape.ts';
import { build, flatten, type Rule } from './operand.ts';

/** Rules of the operations that only move elements. */
export const movementRules = {
  detach: (([x]) => x!.values) as Rule<undefined>,
  reshape: (([x]) => x!.values) as Rule<unknown>,
  permute: (([x], { axes }, [out]) =>
    build(out!.shape, (index) => {
      const source = new Array<number>(axes.length);
      axes.forEach((axis, position) => {
        source[axis] = index[position]!;
      });
      return x!.values[flatten(source, x!.shape)]!;
    })) as Rule<{ axes: readonly number[] }>,
  expand: (([x], _, [out]) =>
    build(
      out!.shape,
      (index) =>
        x!.values[
          flatten(
            index.map((i, axis) => (x!.shape[axis] === 1 ? 0 : i)),
            x!.shape,
          )
        ]!,
    )) as Rule<{ shape: Shape }>,
  slice: (([x], { starts, steps }, [out]) =>
    build(
      out!.shape,
      (index) =>
        x!.values[
          flatten(
            index.map((i, axis) => starts[axis]! + i * steps[axis]!),
            x!.shape,
          )
        ]!,
    )) as Rule<{ starts: readonly number[]; steps: readonly number[] }>,
  pad: (([x], { before }, [out]) =>
    build(out!.shape, (index) => {
      const source = index.map((i, axis) => i - before[axis]!);
      const inside = source.every((i, axis) => i >= 0 && i < x!.shape[axis]!);
      return inside ? x!.values[flatten(source, x!.shape)]! : 0;
    })) as Rule<{ before: readonly number[] }>,
  flip: (([x], { axes }, [out]) =>
    build(
      out!.shape,
      (index) =>
        x!.values[
          flatten(
            index.map((i, axis) => (axes.includes(axis) ? x!.shape[axis]! - 1 - i : i)),
            x!.shape,
          )
        ]!,
    )) as Rule<{ axes: readonly number[] }>,
};
