import { type DType, isFloat, type TypedArray } from './dtype.ts';
import { add, mul } from './ops/arithmetic.ts';
import { cast } from './ops/cast.ts';
import * as leaf from './ops/leaf.ts';
import { equal } from './ops/logic.ts';
import { reshape } from './ops/movement.ts';
import type { Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

/** Numbers or booleans in nested arrays, all rows of one length. */
export type NestedValues = number | boolean | readonly NestedValues[];

/** Options of functions that make tensors. */
export interface TensorOptions {
  /** Element type. Default: f32 for fractions and f32 arrays, i32 for whole `Int32Array`s, bool for booleans. */
  dtype?: DType;
}

/**
 * A tensor from host values: nested arrays, or flat values with a shape.
 *
 * @example tensor([[1, 2], [3, 4]])
 * @example tensor(new Float32Array(6), [2, 3])
 * @throws RangeError if rows have different lengths or the shape does not fit.
 */
export function tensor(
  values: NestedValues | TypedArray,
  shape?: Shape,
  options: TensorOptions = {},
): Tensor {
  if (ArrayBuffer.isView(values)) {
    const array = values as TypedArray;
    const dtype = options.dtype ?? dtypeOfArray(array);
    return new Tensor(leaf.fromValues(array, shape ?? [array.length], dtype));
  }
  const flat: (number | boolean)[] = [];
  const nestedShape = flatten(values, flat);
  const dtype = options.dtype ?? (flat.length > 0 && typeof flat[0] === 'boolean' ? 'bool' : 'f32');
  return new Tensor(leaf.fromValues(flat.map(Number), shape ?? nestedShape, dtype));
}

/**
 * A tensor over stored elements: little-endian, row-major, padded with any bytes to whole 4-byte words. The bytes
 * are taken over, not copied: nobody may change them afterwards.
 *
 * @throws RangeError if the bytes do not fit the shape, or begin in the middle of a word.
 */
export function tensorOfBytes(bytes: Uint8Array, shape: Shape, dtype: DType): Tensor {
  return new Tensor(leaf.fromBytes(bytes, shape, dtype));
}

function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof Uint32Array) return 'u32';
  if (array instanceof Uint8Array) return 'u8';
  if (array instanceof Int8Array) return 'i8';
  if (array instanceof Float32Array) return 'f32';
  throw new TypeError(`tensor: wants a dtype for ${array.constructor.name}`);
}

function flatten(values: NestedValues, into: (number | boolean)[], depth = 0): number[] {
  if (typeof values === 'number' || typeof values === 'boolean') {
    into.push(values);
    return [];
  }
  if (!Array.isArray(values)) {
    throw new TypeError(
      `tensor: wants numbers, booleans, arrays or typed arrays: got ${typeof values}`,
    );
  }
  const [first, ...rest] = (values as readonly NestedValues[]).map((row) =>
    flatten(row, into, depth + 1),
  );
  for (const other of rest) {
    if (String(other) !== String(first)) {
      throw new RangeError(`tensor: rows at depth ${depth} have shapes [${first}] and [${other}]`);
    }
  }
  return [values.length, ...(first ?? [])];
}

/** A tensor that holds `value` everywhere. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  return new Tensor(leaf.fill(shape, value, options.dtype));
}

/** Zeros. */
export function zeros(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 0, options);
}

/** Ones. */
export function ones(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 1, options);
}

/** `start, start + step, …` below (above, for a negative step) `stop`; i32 unless a part is fractional. */
export function arange(
  start: number,
  stop?: number,
  step = 1,
  options: TensorOptions = {},
): Tensor {
  const [first, last] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new RangeError('arange: step must not be 0');
  const length = Math.max(0, Math.ceil((last - first) / step));
  const whole = Number.isInteger(first) && Number.isInteger(step);
  const dtype = options.dtype ?? (whole ? 'i32' : 'f32');
  const positions = leaf.indices(length);
  return new Tensor(
    whole && !isFloat(dtype)
      ? cast(add(mul(positions, step), first), dtype)
      : cast(add(mul(cast(positions, 'f32'), step), first), dtype),
  );
}

/** The identity matrix. */
export function eye(size: number, options: TensorOptions = {}): Tensor {
  const rows = reshape(leaf.indices(size), [size, 1]);
  return new Tensor(cast(equal(rows, leaf.indices(size)), options.dtype ?? 'f32'));
}

/** A scalar whose value is not part of a compiled plan. */
export function scalar(value: number, dtype: DType = 'f32'): Tensor {
  return new Tensor(leaf.hostScalar(value, dtype));
}
