import { isFloat } from '../dtype.ts';
import { flatten, forEachIndex, type Rule } from './operand.ts';

type ReduceRule = Rule<{ readonly axes: readonly number[] }>;

/** Folds the elements along the axes: `step(accumulator, element, whether they are floats)`. */
function fold(
  initial: number,
  step: (accumulator: number, element: number, isFloat: boolean) => number,
): ReduceRule {
  return ([x], { axes }, [out]) => {
    const size = out!.shape.reduce((product, axis) => product * axis, 1);
    const values = new Float64Array(size).fill(initial);
    const float = isFloat(x!.dtype);
    forEachIndex(x!.shape, (index, flat) => {
      const kept = flatten(
        index.map((i, axis) => (axes.includes(axis) ? 0 : i)),
        out!.shape,
      );
      values[kept] = step(values[kept]!, x!.values[flat]!, float);
    });
    return values;
  };
}

/** First position along the one axis of the element that no other is `better` than; the first NaN wins. */
function positionOf(better: (candidate: number, best: number) => boolean): ReduceRule {
  return ([x], { axes }, [out]) => {
    const [along] = axes as [number];
    const size = out!.shape.reduce((product, axis) => product * axis, 1);
    const best = new Float64Array(size);
    const positions = new Float64Array(size).fill(-1);
    forEachIndex(x!.shape, (index, flat) => {
      const kept = flatten(
        index.map((i, axis) => (axis === along ? 0 : i)),
        out!.shape,
      );
      const value = x!.values[flat]!;
      const wins =
        positions[kept] === -1 ||
        (!Number.isNaN(best[kept]!) && (Number.isNaN(value) || better(value, best[kept]!)));
      if (!wins) return;
      best[kept] = value;
      positions[kept] = index[along]!;
    });
    return positions;
  };
}

/** Rules of the reductions. */
export const reduceRules = {
  sum: fold(0, (total, x) => total + x),
  prod: fold(1, (product, x, float) => (float ? product * x : Math.imul(product, x))),
  max: fold(Number.NEGATIVE_INFINITY, (best, x) => Math.max(best, x)),
  min: fold(Number.POSITIVE_INFINITY, (best, x) => Math.min(best, x)),
  argmax: positionOf((a, b) => a > b),
  argmin: positionOf((a, b) => a < b),
};
