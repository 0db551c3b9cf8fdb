import type { Tensor } from '@llm/nn';

/** Numbers in nested lists. */
export type NestedList = number[] | NestedList[];

/** What predictions are padded with where batches have different lengths. */
const padding = -100;

/** Numbers on the host with a shape: predictions and labels of a whole data set. */
export class HostArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];

  constructor(data: Float32Array, shape: readonly number[]) {
    this.data = data;
    this.shape = shape;
  }

  /** A tensor's values. */
  static async of(tensor: Tensor): Promise<HostArray> {
    return new HostArray(Float32Array.from(await tensor.data()), tensor.shape);
  }

  /** The index of the largest number along the last axis, the first of several; NumPy's `argmax(axis=-1)`. */
  argmax(): HostArray {
    const width = this.shape.at(-1)!;
    const result = new Float32Array(this.data.length / width);
    for (let row = 0; row < result.length; row++) {
      let best = row * width;
      for (let i = best + 1; i < (row + 1) * width; i++)
        if (this.data[i]! > this.data[best]!) best = i;
      result[row] = best - row * width;
    }
    return new HostArray(result, this.shape.slice(0, -1));
  }

  /** The numbers in nested lists. */
  toArray(): NestedList {
    const nest = (axis: number, start: number, size: number): NestedList => {
      const length = this.shape[axis]!;
      const step = size / length;
      const indices = Array.from({ length }, (_, i) => start + i * step);
      return axis === this.shape.length - 1
        ? indices.map((index) => this.data[index]!)
        : indices.map((index) => nest(axis + 1, index, step));
    };
    return this.data.length === 0 ? [] : nest(0, 0, this.data.length);
  }

  /** Arrays below each other; where lengths differ the shorter ones are filled up with −100. */
  static concat(parts: readonly HostArray[]): HostArray {
    const [first] = parts;
    if (!first) return new HostArray(new Float32Array(0), [0]);
    const inner = first.shape.slice(1).map((_, axis) => {
      return Math.max(...parts.map(({ shape }) => shape[axis + 1]!));
    });
    const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
    const width = inner.reduce((product, size) => product * size, 1);
    const data = new Float32Array(rows * width).fill(padding);
    let at = 0;
    for (const part of parts) {
      part.#copyTo(data, at, inner);
      at += (part.shape[0] ?? 1) * width;
    }
    return new HostArray(data, [rows, ...inner]);
  }

  #copyTo(target: Float32Array, start: number, inner: readonly number[]): void {
    const own = this.shape.slice(1);
    const last = own.at(-1) ?? 1;
    const targetLast = inner.at(-1) ?? 1;
    const lines = this.data.length / Math.max(1, last);
    for (let line = 0; line < lines; line++) {
      let rest = line;
      let place = 0;
      let stride = 1;
      for (let axis = own.length - 2; axis >= 0; axis--) {
        place += (rest % own[axis]!) * stride;
        rest = Math.floor(rest / own[axis]!);
        stride *= inner[axis]!;
      }
      place += rest * stride;
      target.set(this.data.subarray(line * last, (line + 1) * last), start + place * targetLast);
    }
  }
}
