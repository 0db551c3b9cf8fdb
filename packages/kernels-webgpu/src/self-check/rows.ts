import type { LoopKernel } from '@llm/tensor/backend';
import { bufferOf, coarseProblem, integers, type Problem } from './problem.ts';

/** Rows that are reduced twice, long and short. */
export const reducedRows = (): readonly Problem[] => [reduced(3, 1030), reduced(70, 24)];

/** x - max(x), and its sum, of each row. */
function reduced(rows: number, columns: number): Problem {
  const x = integers(rows * columns, 9, 5);
  const below = new Float32Array(x.length);
  const sums = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const values = x.subarray(row * columns, (row + 1) * columns);
    const largest = Math.max(...values);
    values.forEach((value, column) => {
      below[row * columns + column] = value - largest;
      sums[row]! += value - largest;
    });
  }
  const kernel: LoopKernel = {
    kind: 'loop',
    name: 'rows',
    buffers: [bufferOf(x, 'read'), bufferOf(below, 'write'), bufferOf(sums, 'write')],
    axes: [rows, columns],
    reduces: true,
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [columns, 1] }, type: 'f32' },
      { op: 'reduce', operator: 'max', operand: 0, type: 'f32' },
      { op: 'binary', operator: 'sub', left: 0, right: 1, type: 'f32' },
      { op: 'reduce', operator: 'sum', operand: 2, type: 'f32' },
    ],
    stores: [
      { value: 2, buffer: 1, offset: 0, strides: [columns, 1] },
      { value: 3, buffer: 2, offset: 0, strides: [1, 0] },
    ],
  };
  const contents = [x, new Float32Array(below.length), new Float32Array(rows)];
  return { kernel, contents, expected: [below, sums], tolerance: 0 };
}

/** Running sums. */
export function runningSums(): readonly Problem[] {
  const [rows, columns] = [3, 700];
  const x = integers(rows * columns, 4, 6);
  const out = x.slice();
  for (let i = 1; i < out.length; i++) if (i % columns !== 0) out[i]! += out[i - 1]!;
  const shape = [rows, columns];
  return [
    coarseProblem('cumsum', { reverse: false }, [{ shape, words: x }], [{ shape, words: out }]),
  ];
}

/** Rows added up by index. */
export function addedRows(): readonly Problem[] {
  const [count, size, width] = [300, 17, 33];
  const indices = Int32Array.from(integers(count, 8, 7), (value) => value + 8);
  const updates = integers(count * width, 4, 8);
  const out = new Float32Array(size * width);
  updates.forEach((value, i) => {
    out[indices[Math.floor(i / width)]! * width + (i % width)]! += value;
  });
  return [
    coarseProblem(
      'scatterAdd',
      { size },
      [
        { shape: [count], words: indices },
        { shape: [count, width], words: updates },
      ],
      [{ shape: [size, width], words: out }],
    ),
  ];
}

/** A row that takes several workgroups to sort; equal numbers keep their order. */
export function sortedRow(): readonly Problem[] {
  const x = integers(3000, 500, 9);
  const order = Int32Array.from(x, (_, i) => i).sort((a, b) => x[a]! - x[b]! || a - b);
  const shape = [1, x.length];
  return [
    coarseProblem(
      'sort',
      { descending: false },
      [{ shape, words: x }],
      [
        { shape, words: Float32Array.from(order, (at) => x[at]!) },
        { shape, words: order },
      ],
    ),
  ];
}

/** Rows in the middle replaced, in a few blocks. */
export function replacedSlice(): readonly Problem[] {
  const [blocks, size, length, width, start] = [3, 50, 7, 33, 20];
  const x = integers(blocks * size * width, 9, 10);
  const update = integers(blocks * length * width, 9, 11);
  const out = x.slice();
  for (let block = 0; block < blocks; block++) {
    const rows = update.subarray(block * length * width, (block + 1) * length * width);
    out.set(rows, (block * size + start) * width);
  }
  const shape = [blocks, size, width];
  return [
    coarseProblem(
      'updateSlice',
      { axis: 1 },
      [
        { shape, words: x },
        { shape: [blocks, length, width], words: update },
        { shape: [], words: Int32Array.of(start) },
      ],
      [{ shape, words: out }],
    ),
  ];
}
