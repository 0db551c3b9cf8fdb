import { GGUF_TYPES, isGgufBlockType } from '../gguf/types.ts';
import { type RandomAccessFile, readRange } from '../random-access.ts';
import { dtypeBits } from '../safetensors/dtype.ts';
import type { CheckpointDtype, CheckpointTensor } from './types.ts';

/** A tensor and where its numbers are. Readers of formats have checked that they lie inside the file. */
export interface StoredTensor extends CheckpointTensor {
  /** The open file. */
  readonly bytes: RandomAccessFile;
  /** Byte of its first element in the file. */
  readonly begin: number;
  /** Distances of neighbours along each axis, in elements; absent for row-major order. Never negative. */
  readonly strides?: readonly number[];
}

/** Elements and bytes of the smallest piece that can be read by itself. */
export function blockOf(dtype: CheckpointDtype): { elements: number; bytes: number } {
  if (isGgufBlockType(dtype)) return GGUF_TYPES[dtype];
  const bits = dtypeBits(dtype);
  return bits % 8 === 0 ? { elements: 1, bytes: bits / 8 } : { elements: 8, bytes: bits };
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** All bytes of a tensor in row-major order. */
export async function readStored(tensor: StoredTensor): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, begin, byteLength, strides, shape, dtype } = tensor;
  if (strides === undefined || byteLength === 0) return readRange(bytes, begin, byteLength);
  const width = blockOf(dtype).bytes;
  const span = 1 + shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 0);
  const source = await readRange(bytes, begin, span * width);
  const target = new Uint8Array(new ArrayBuffer(Math.ceil(byteLength / 8) * 8), 0, byteLength);
  gather(source, target, shape, strides, width);
  return target;
}

/** Copies elements of `width` bytes from a strided layout into row-major order. */
function gather(
  source: Uint8Array,
  target: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  width: number,
): void {
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < target.byteLength; to += width) {
    for (let byte = 0; byte < width; byte++) target[to + byte] = source[from + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis]! * width;
      from += stride;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      from -= stride * shape[axis]!;
      index[axis] = 0;
    }
  }
}
