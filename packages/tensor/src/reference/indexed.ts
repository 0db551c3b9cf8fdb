import { build, clampIndex, flatten, type Rule } from './operand.ts';

/** Rules of the operations with kernels of their own. */
export const indexedRules = {
  matmul: (([left, right], _, [out]) => {
    const inner = left!.shape.at(-1)!;
    return build(out!.shape, (index) => {
      const [row, column] = index.slice(-2) as [number, number];
      const batch = (shape: readonly number[]) =>
        index.slice(0, -2).map((i, axis) => (shape[axis] === 1 ? 0 : i));
      const leftStart = flatten([...batch(left!.shape), row, 0], left!.shape);
      const rightStart = flatten([...batch(right!.shape), 0, column], right!.shape);
      const step = right!.shape.at(-1)!;
      let total = 0;
      for (let k = 0; k < inner; k++) {
        total += left!.values[leftStart + k]! * right!.values[rightStart + k * step]!;
      }
      return total;
    });
  }) as Rule<undefined>,

  take: (([data, indices], { axis }, [out]) => {
    const picked = indices!.shape.length;
    return build(out!.shape, (index) => {
      const at = indices!.values[flatten(index.slice(axis, axis + picked), indices!.shape)]!;
      const chosen = clampIndex(at, data!.shape[axis]!);
      const source = [...index.slice(0, axis), chosen, ...index.slice(axis + picked)];
      return data!.values[flatten(source, data!.shape)]!;
    });
  }) as Rule<{ axis: number }>,

  gather: (([data, indices], { axis }, [out]) =>
    build(out!.shape, (index, flat) => {
      const chosen = clampIndex(indices!.values[flat]!, data!.shape[axis]!);
      return data!.values[flatten(index.with(axis, chosen), data!.shape)]!;
    })) as Rule<{ axis: number }>,

  scatterAdd: (([indices, updates], { size }, [out]) => {
    const width = out!.shape.slice(1).reduce((product, axis) => product * axis, 1);
    const total = new Float64Array(size * width);
    indices!.values.forEach((index, row) => {
      const target = clampIndex(index, size) * width;
      for (let i = 0; i < width; i++) total[target + i]! += updates!.values[row * width + i]!;
    });
    return total;
  }) as Rule<{ size: number }>,

  cumsum: (([x], { reverse }) =>
    rows(x!.values, x!.shape, (row) => {
      const order = reverse ? row.reverse() : row;
      let total = 0;
      const sums = order.map((value) => (total += value));
      return reverse ? sums.reverse() : sums;
    })) as Rule<{ reverse: boolean }>,

  sort: (([x], { descending }) => {
    const order = (row: Float64Array) =>
      Float64Array.from(
        [...row.keys()].sort((i, j) => {
          const difference = ascending(row[i]!, row[j]!);
          return descending ? -difference : difference; // JavaScript's sort is stable either way
        }),
      );
    return [
      rows(x!.values, x!.shape, (row) => order(row).map((i) => row[i]!)),
      rows(x!.values, x!.shape, order),
    ];
  }) as Rule<{ descending: boolean }>,
};

/** Negative, zero or positive as a < b, a = b or a > b; NaN is larger than all else. */
function ascending(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Replaces each row of the last axis. */
function rows(
  values: Float64Array,
  shape: readonly number[],
  replace: (row: Float64Array) => Float64Array,
): Float64Array {
  const length = shape.at(-1)!;
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += length) {
    result.set(replace(values.slice(start, start + length)), start);
  }
  return result;
}
