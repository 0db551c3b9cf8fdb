import { contiguousStrides, type Shape } from '../shape.ts';

/** One movement operation, as the compiler keeps it in an index path. */
export type Step =
  /** `again` tells uses apart that are to be computed each on its own. */
  | { readonly op: 'reshape'; readonly shape: Shape; readonly again?: number }
  | { readonly op: 'permute'; readonly axes: readonly number[] }
  | { readonly op: 'expand'; readonly shape: Shape }
  | {
      readonly op: 'slice';
      readonly starts: readonly number[];
      readonly sizes: readonly number[];
      readonly steps: readonly number[];
    }
  | { readonly op: 'pad'; readonly before: readonly number[]; readonly after: readonly number[] }
  | { readonly op: 'flip'; readonly axes: readonly number[] };

/** Positions of one axis that hold elements; outside there are zeros. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * An index map: element `index` of `shape` lies at `offset + Σ index[axis] · strides[axis]` of a buffer,
 * or is zero where an axis leaves its range.
 */
export class View {
  constructor(
    readonly shape: Shape,
    readonly strides: readonly number[],
    readonly offset: number,
    /** Per axis; undefined where every position holds an element. */
    readonly ranges: readonly (Range | undefined)[],
  ) {}

  /** All elements of a row-major buffer. */
  static contiguous(shape: Shape): View {
    return new View(
      shape,
      contiguousStrides(shape),
      0,
      shape.map(() => undefined),
    );
  }

  /** Whether some positions lie in padding. */
  get padded(): boolean {
    return this.ranges.some((range) => range !== undefined);
  }

  /** Whether this is every element of a row-major buffer in order. */
  get isIdentity(): boolean {
    const expected = contiguousStrides(this.shape);
    return (
      this.offset === 0 &&
      !this.padded &&
      this.shape.every((size, axis) => size === 1 || this.strides[axis] === expected[axis])
    );
  }

  /** The view after a movement operation; undefined where strides cannot express it (some reshapes). */
  apply(step: Step): View | undefined {
    switch (step.op) {
      case 'reshape':
        return this.#reshape(step.shape);
      case 'permute':
        return new View(
          step.axes.map((axis) => this.shape[axis]!),
          step.axes.map((axis) => this.strides[axis]!),
          this.offset,
          step.axes.map((axis) => this.ranges[axis]),
        );
      case 'expand':
        return this.#mapAxes(
          (axis) => {
            const size = step.shape[axis]!;
            if (size === this.shape[axis]) return undefined;
            const range = this.ranges[axis];
            const empty = range && !(range.low <= 0 && range.high > 0);
            return { size, stride: 0, range: empty ? { low: 0, high: 0 } : undefined };
          },
          () => 0,
        );
      case 'slice':
        return this.#mapAxes(
          (axis) => {
            const [start, size, by] = [step.starts[axis]!, step.sizes[axis]!, step.steps[axis]!];
            const range = this.ranges[axis];
            const inside = (position: number) =>
              Math.min(size, Math.max(0, Math.ceil((position - start) / by)));
            return {
              size,
              stride: this.strides[axis]! * by,
              range: range && { low: inside(range.low), high: inside(range.high) },
            };
          },
          (axis) => step.starts[axis]! * this.strides[axis]!,
        );
      case 'pad':
        return this.#mapAxes(
          (axis) => {
            const [before, after] = [step.before[axis]!, step.after[axis]!];
            if (before === 0 && after === 0) return undefined;
            const size = this.shape[axis]!;
            const range = this.ranges[axis] ?? { low: 0, high: size };
            return {
              size: before + size + after,
              stride: this.strides[axis]!,
              range: { low: range.low + before, high: range.high + before },
            };
          },
          (axis) => -step.before[axis]! * this.strides[axis]!,
        );
      case 'flip':
        return this.#mapAxes(
          (axis) => {
            if (!step.axes.includes(axis)) return undefined;
            const size = this.shape[axis]!;
            const range = this.ranges[axis];
            return {
              size,
              stride: -this.strides[axis]!,
              range: range && { low: size - range.high, high: size - range.low },
            };
          },
          (axis) => (step.axes.includes(axis) ? (this.shape[axis]! - 1) * this.strides[axis]! : 0),
        );
    }
  }

  #mapAxes(
    change: (
      axis: number,
    ) => { size: number; stride: number; range: Range | undefined } | undefined,
    shift: (axis: number) => number,
  ): View {
    const axes = this.shape.map((size, axis) => {
      const changed = change(axis) ?? {
        size,
        stride: this.strides[axis]!,
        range: this.ranges[axis],
      };
      const { range } = changed;
      const whole = range && range.low <= 0 && range.high >= changed.size;
      return whole ? { ...changed, range: undefined } : changed;
    });
    return new View(
      axes.map(({ size }) => size),
      axes.map(({ stride }) => stride),
      this.shape.reduce((offset, _, axis) => offset + shift(axis), this.offset),
      axes.map(({ range }) => range),
    );
  }

  /**
   * Splits both shapes into the shortest runs of axes with equal products. A run of one axis on both sides
   * keeps its range; any other run needs strides that act as one axis, and no padding.
   */
  #reshape(shape: Shape): View | undefined {
    if (shape.includes(0) || this.shape.includes(0)) return View.contiguous(shape);
    const strides = new Array<number>(shape.length).fill(0);
    const ranges = new Array<Range | undefined>(shape.length).fill(undefined);
    const old = this.#withoutUnitAxes();
    if (!old) return undefined;
    const fresh = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
    let from = 0;
    let to = 0;
    while (from < old.length && to < fresh.length) {
      let [fromEnd, toEnd] = [from + 1, to + 1];
      let [oldSize, newSize] = [old[from]!.size, shape[fresh[to]!]!];
      while (oldSize !== newSize) {
        if (oldSize < newSize) oldSize *= old[fromEnd++]!.size;
        else newSize *= shape[fresh[toEnd++]!]!;
      }
      if (fromEnd - from === 1 && toEnd - to === 1) {
        strides[fresh[to]!] = old[from]!.stride;
        ranges[fresh[to]!] = old[from]!.range;
      } else {
        const run = old.slice(from, fromEnd);
        const uniform = run.every(
          (axis, i) =>
            !axis.range &&
            (i + 1 === run.length || axis.stride === run[i + 1]!.stride * run[i + 1]!.size),
        );
        if (uniform) {
          let stride = run[run.length - 1]!.stride;
          for (let i = toEnd - 1; i >= to; i--) {
            strides[fresh[i]!] = stride;
            stride *= shape[fresh[i]!]!;
          }
        } else if (!this.#regroup(run, fresh.slice(to, toEnd), shape, strides)) {
          return undefined;
        }
      }
      [from, to] = [fromEnd, toEnd];
    }
    return new View(shape, strides, this.offset, ranges);
  }

  /** A run whose strides do not act as one axis can still be regrouped where cuts coincide inside it. */
  #regroup(
    run: readonly { size: number; stride: number; range: Range | undefined }[],
    axes: readonly number[],
    shape: Shape,
    strides: number[],
  ): boolean {
    if (run.some(({ range }) => range)) return false;
    // Merge neighbours that act as one axis, then every merged axis must be split by whole new axes.
    const merged: { size: number; stride: number }[] = [];
    for (const { size, stride } of run) {
      const last = merged[merged.length - 1];
      if (last && last.stride === stride * size) {
        last.size *= size;
        last.stride = stride;
      } else merged.push({ size, stride });
    }
    let next = axes.length - 1;
    for (const { size, stride } of merged.reverse()) {
      let rest = size;
      let step = stride;
      while (rest > 1) {
        const axis = axes[next--];
        if (axis === undefined || rest % shape[axis]! !== 0) return false;
        strides[axis] = step;
        step *= shape[axis]!;
        rest /= shape[axis]!;
      }
    }
    return true;
  }

  #withoutUnitAxes(): { size: number; stride: number; range: Range | undefined }[] | undefined {
    const axes = this.shape.map((size, axis) => ({
      size,
      stride: this.strides[axis]!,
      range: this.ranges[axis],
    }));
    if (axes.some(({ size, range }) => size === 1 && range)) return undefined;
    return axes.filter(({ size }) => size !== 1);
  }
}

/** The view after several steps; undefined where one of them cannot be expressed. */
export function follow(view: View, steps: readonly Step[]): View | undefined {
  let current: View | undefined = view;
  for (const step of steps) {
    current = current?.apply(step);
    if (!current) return undefined;
  }
  return current;
}
