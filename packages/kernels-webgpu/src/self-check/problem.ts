import type {
  CoarseKernel,
  CoarseOperand,
  DType,
  KernelBuffer,
  SingleKernel,
} from '@llm/tensor/backend';

/** A small run of one kernel whose results the host knows. */
export interface Problem {
  readonly kernel: SingleKernel;
  /** What the kernel's buffers hold at first, in order; those that it writes are overwritten. */
  readonly contents: readonly Words[];
  /** What those that it writes hold afterwards, in order. */
  readonly expected: readonly Words[];
  /** Largest |difference| that rounding explains; 0 for sums of small integers, which are exact in any order. */
  readonly tolerance: number;
}

/** Elements of four bytes. */
export type Words = Float32Array | Int32Array;

/** A tensor of a coarse operation. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly words: Words;
}

/** `count` whole numbers in [-reach, reach], always the same. */
export function integers(count: number, reach: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * (2 * reach + 1)) - reach;
  });
}

/** A buffer as a kernel declares it. */
export const bufferOf = (words: Words, access: KernelBuffer['access']): KernelBuffer => ({
  dtype: dtypeOf(words),
  size: words.length,
  access,
});

/** A coarse operation on row-major tensors; `outputs` hold what it should give. */
export function coarseProblem(
  operation: string,
  attributes: unknown,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  tolerance = 0,
): Problem {
  const operand = ({ shape, words }: Tensor, buffer: number): CoarseOperand => ({
    buffer,
    offset: 0,
    shape,
    dtype: dtypeOf(words),
    strides: shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)),
  });
  const kernel: CoarseKernel = {
    kind: 'coarse',
    name: operation,
    operation,
    attributes,
    buffers: [
      ...inputs.map(({ words }) => bufferOf(words, 'read')),
      ...outputs.map(({ words }) => bufferOf(words, 'write')),
    ],
    inputs: inputs.map(operand),
    outputs: outputs.map((tensor, i) => operand(tensor, inputs.length + i)),
  };
  return {
    kernel,
    contents: [
      ...inputs.map(({ words }) => words),
      ...outputs.map(({ words }) => new Float32Array(words.length).fill(7)),
    ],
    expected: outputs.map(({ words }) => words),
    tolerance,
  };
}

const dtypeOf = (words: Words): DType => (words instanceof Float32Array ? 'f32' : 'i32');
