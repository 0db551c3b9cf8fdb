import { float16Values } from '../float16.ts';
import { dequantizeBlocks } from '../gguf/dequantize.ts';
import { isGgufBlockType } from '../gguf/types.ts';
import { CheckpointError } from './error.ts';
import { blockOf, readStored, type StoredTensor, sizeOf } from './stored-tensor.ts';
import type { CheckpointDtype } from './types.ts';

/** Stored bytes that are converted at once: what a conversion needs beyond its result. */
const CHUNK_BYTES = 1 << 20;

/** Puts the numbers of stored bytes, which start at byte 0 of their buffer, into `target` from `offset` on. */
type Convert = (bytes: Uint8Array<ArrayBuffer>, target: Float32Array, offset: number) => void;

/**
 * A tensor's numbers as f32, converted piece by piece.
 *
 * @throws CheckpointError if numbers of its type are not read as f32.
 */
export async function readAsFloat32(
  name: string,
  tensor: StoredTensor,
): Promise<Float32Array<ArrayBuffer>> {
  const { dtype, shape, bytes, begin, byteLength, strides } = tensor;
  if (dtype === 'F32') {
    const stored = await readStored(tensor);
    return new Float32Array(stored.buffer, 0, byteLength / 4);
  }
  const convert = converterOf(dtype);
  if (convert === undefined) throw unsupported(name, tensor, 'f32');
  const values = new Float32Array(sizeOf(shape));
  if (strides !== undefined) {
    convert(await readStored(tensor), values, 0);
    return values;
  }
  const block = blockOf(dtype);
  const step = Math.max(1, Math.floor(CHUNK_BYTES / block.bytes)) * block.bytes;
  const chunk = new Uint8Array(new ArrayBuffer(Math.min(step, byteLength)));
  for (let done = 0; done < byteLength; done += step) {
    const piece = chunk.subarray(0, Math.min(step, byteLength - done));
    await bytes.readInto(piece, begin + done);
    convert(piece, values, (done / block.bytes) * block.elements);
  }
  return values;
}

/**
 * A tensor's numbers as f32, some rows of its last axis after the other, in an array that the next ones overwrite:
 * for who keeps something smaller than them.
 *
 * @throws CheckpointError if numbers of its type are not read as f32.
 */
export async function* readRowsAsFloat32(
  name: string,
  tensor: StoredTensor,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const { dtype, shape, bytes, begin, byteLength, strides } = tensor;
  const convert = dtype === 'F32' ? undefined : converterOf(dtype);
  if (dtype !== 'F32' && convert === undefined) throw unsupported(name, tensor, 'f32');
  const size = sizeOf(shape);
  if (size === 0) return;
  if (strides !== undefined) {
    yield await readAsFloat32(name, tensor);
    return;
  }
  const columns = shape.at(-1) ?? 1;
  const rowBytes = byteLength / (size / columns);
  const step = Math.min(byteLength, Math.max(1, Math.floor(CHUNK_BYTES / rowBytes)) * rowBytes);
  const values = new Float32Array((step / rowBytes) * columns);
  const chunk = convert === undefined ? new Uint8Array(values.buffer) : new Uint8Array(step);
  for (let done = 0; done < byteLength; done += step) {
    const piece = chunk.subarray(0, Math.min(step, byteLength - done));
    await bytes.readInto(piece, begin + done);
    convert?.(piece, values, 0);
    yield values.subarray(0, (piece.byteLength / rowBytes) * columns);
  }
}

/**
 * A tensor's integers as i32.
 *
 * @throws CheckpointError if it holds no integers, or one that i32 cannot hold.
 */
export async function readAsInt32(
  name: string,
  tensor: StoredTensor,
): Promise<Int32Array<ArrayBuffer>> {
  const view = INTEGERS[tensor.dtype as keyof typeof INTEGERS];
  if (view === undefined) throw unsupported(name, tensor, 'i32');
  const { buffer } = await readStored(tensor);
  const count = sizeOf(tensor.shape);
  if (tensor.dtype === 'I32') return new Int32Array(buffer, 0, count);
  const stored = view(buffer, count);
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = stored[i]!;
    const integer = Number(value);
    if (integer < -(2 ** 31) || integer >= 2 ** 31) {
      throw new CheckpointError(
        tensor.file,
        `tensor ${JSON.stringify(name)}: element ${i} is ${value}, which a 32-bit integer cannot hold`,
      );
    }
    values[i] = integer;
  }
  return values;
}

function unsupported(name: string, { file, dtype }: StoredTensor, wanted: string): CheckpointError {
  return new CheckpointError(
    file,
    `tensor ${JSON.stringify(name)} is ${dtype}, which is not read as ${wanted}; convert the file, or use read() for its bytes`,
  );
}

const INTEGERS = {
  BOOL: (buffer: ArrayBuffer, count: number) => new Uint8Array(buffer, 0, count),
  U8: (buffer: ArrayBuffer, count: number) => new Uint8Array(buffer, 0, count),
  I8: (buffer: ArrayBuffer, count: number) => new Int8Array(buffer, 0, count),
  I16: (buffer: ArrayBuffer, count: number) => new Int16Array(buffer, 0, count),
  U16: (buffer: ArrayBuffer, count: number) => new Uint16Array(buffer, 0, count),
  I32: (buffer: ArrayBuffer, count: number) => new Int32Array(buffer, 0, count),
  U32: (buffer: ArrayBuffer, count: number) => new Uint32Array(buffer, 0, count),
  I64: (buffer: ArrayBuffer, count: number) => new BigInt64Array(buffer, 0, count),
  U64: (buffer: ArrayBuffer, count: number) => new BigUint64Array(buffer, 0, count),
};

function converterOf(dtype: CheckpointDtype): Convert | undefined {
  if (isGgufBlockType(dtype)) {
    return (bytes, target, offset) => dequantizeBlocks(dtype, bytes, target, offset);
  }
  switch (dtype) {
    case 'F16':
      return widenFloat16;
    case 'BF16':
      return widenBfloat16;
    case 'F64':
      return ({ buffer, byteLength }, target, offset) =>
        target.set(new Float64Array(buffer, 0, byteLength / 8), offset);
    case 'I64':
    case 'U64':
      return undefined;
    default: {
      const view = INTEGERS[dtype as keyof typeof INTEGERS];
      if (view === undefined) return undefined;
      const { bytes: width } = blockOf(dtype);
      return ({ buffer, byteLength }, target, offset) =>
        target.set(view(buffer, byteLength / width) as ArrayLike<number>, offset);
    }
  }
}

function widenFloat16(
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
  target: Float32Array,
  offset: number,
): void {
  const table = float16Values();
  const stored = new Uint16Array(buffer, 0, byteLength / 2);
  for (let i = 0; i < stored.length; i++) target[offset + i] = table[stored[i]!]!;
}

function widenBfloat16(
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
  target: Float32Array,
  offset: number,
): void {
  const stored = new Uint16Array(buffer, 0, byteLength / 2);
  // The upper half of an f32's bits.
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < stored.length; i++) bits[offset + i] = stored[i]! << 16;
}
