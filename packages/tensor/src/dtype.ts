/** Element types. f16 and bf16 are storage types: arithmetic on them runs in f32 and rounds once on store. */
export type DType = 'f32' | 'f16' | 'bf16' | 'i32' | 'u32' | 'u8' | 'i8' | 'bool';

/** Every dtype, widest first. */
export const dtypes: readonly DType[] = ['f32', 'i32', 'u32', 'f16', 'bf16', 'u8', 'i8', 'bool'];

/** A typed array that can carry the elements of a dtype. */
export type TypedArray =
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Int8Array;

const byteSizes: Record<DType, number> = {
  f32: 4,
  i32: 4,
  u32: 4,
  f16: 2,
  bf16: 2,
  u8: 1,
  i8: 1,
  bool: 1,
};

/** Bytes of one stored element. */
export function byteSize(dtype: DType): number {
  return byteSizes[dtype];
}

/** Bytes of a stored buffer of `count` elements: packed, then padded to whole 4-byte words. */
export function storedBytes(dtype: DType, count: number): number {
  return Math.ceil((count * byteSizes[dtype]) / 4) * 4;
}

/** Whether values of the dtype are real numbers (f32, f16, bf16). */
export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
}

/** Whether values of the dtype are integers (not bool). */
export function isInteger(dtype: DType): boolean {
  return dtype === 'i32' || dtype === 'u32' || dtype === 'u8' || dtype === 'i8';
}

/** The dtype in which a value is computed: f32 for floats, i32 for small integers, itself otherwise. */
export function computeType(dtype: DType): 'f32' | 'i32' | 'u32' | 'bool' {
  if (isFloat(dtype)) return 'f32';
  if (dtype === 'u32' || dtype === 'bool') return dtype;
  return 'i32';
}

/**
 * The dtype of a binary operation's result, by PyTorch's rules without i64 and f64.
 *
 * @throws TypeError for i32 with u32, which has no common 32-bit type.
 */
export function promote(left: DType, right: DType, operation = 'promote'): DType {
  if (left === right) return left;
  if (left === 'bool') return right;
  if (right === 'bool') return left;
  if (isFloat(left) && isFloat(right)) return 'f32';
  if (isFloat(left)) return left;
  if (isFloat(right)) return right;
  const pair = new Set<DType>([left, right]);
  if (pair.has('i32') && pair.has('u32')) {
    throw new TypeError(
      `${operation}: i32 and u32 have no common type; cast one with .to('i32') or .to('u32')`,
    );
  }
  if (pair.has('u32')) {
    if (pair.has('i8'))
      throw new TypeError(`${operation}: u32 and i8 have no common type; cast one with .to(...)`);
    return 'u32';
  }
  return 'i32'; // i32 with a small integer, or u8 with i8
}

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** The bits of the bfloat16 nearest to `value` (ties to even); NaN stays a quiet NaN. */
export function toBfloat16Bits(value: number): number {
  scratchFloat[0] = value;
  const bits = scratchBits[0]!;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The value of bfloat16 bits. */
export function fromBfloat16Bits(bits: number): number {
  scratchBits[0] = bits << 16;
  return scratchFloat[0]!;
}

/** The bits of the IEEE half nearest to `value` (ties to even, overflow to infinity, subnormals kept). */
export function toFloat16Bits(value: number): number {
  scratchFloat[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(scratchFloat[0]!);
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfToEven(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const mantissa = roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + mantissa); // a mantissa of 1024 carries into the exponent
}

/** The value of IEEE half bits. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Rounds to the nearest integer, ties to even, as IEEE arithmetic and PyTorch's `round` do. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const difference = value - floor;
  if (difference < 0.5) return floor;
  if (difference > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Rounds (floats) or saturates (integers; NaN gives 0) a number to what the dtype can hold. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'f32':
      return Math.fround(value);
    case 'f16':
      return fromFloat16Bits(toFloat16Bits(value));
    case 'bf16':
      return fromBfloat16Bits(toBfloat16Bits(value));
    case 'bool':
      return value ? 1 : 0; // NaN counts as false here and as true nowhere
    default:
      return saturate(dtype, value);
  }
}

const ranges = {
  i32: [-2147483648, 2147483647],
  u32: [0, 4294967295],
  u8: [0, 255],
  i8: [-128, 127],
} as const;

function saturate(dtype: keyof typeof ranges, value: number): number {
  if (Number.isNaN(value)) return 0;
  const [low, high] = ranges[dtype];
  return Math.min(high, Math.max(low, Math.trunc(value)));
}

/** Encodes numbers as the stored bytes of a dtype, padded to whole words. */
export function encode(dtype: DType, values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(storedBytes(dtype, values.length));
  const array = viewBytes(dtype, bytes);
  if (holdsExactly(dtype, values)) {
    array.set(values);
    return bytes;
  }
  const convert = dtype === 'f16' ? toFloat16Bits : dtype === 'bf16' ? toBfloat16Bits : undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    array[i] = convert ? convert(value) : dtype === 'f32' ? value : roundTo(dtype, value);
  }
  return bytes;
}

/** Whether a typed array's elements are the stored elements, so that copying memory will do. */
function holdsExactly(dtype: DType, values: ArrayLike<number>): values is TypedArray {
  switch (dtype) {
    case 'f32':
      return values instanceof Float32Array;
    case 'i32':
      return values instanceof Int32Array;
    case 'u32':
      return values instanceof Uint32Array;
    case 'u8':
      return values instanceof Uint8Array;
    case 'i8':
      return values instanceof Int8Array;
    default:
      return false; // f16 and bf16 are given as numbers, and bools may be any number
  }
}

/** The `count` stored elements as numbers: f32 and integers as views of the bytes, f16 and bf16 widened to f32. */
export function decode(dtype: DType, bytes: Uint8Array, count: number): TypedArray {
  const array = viewBytes(dtype, bytes).subarray(0, count);
  if (dtype !== 'f16' && dtype !== 'bf16') return array;
  const widen = dtype === 'f16' ? fromFloat16Bits : fromBfloat16Bits;
  return Float32Array.from(array, widen);
}

function viewBytes(dtype: DType, bytes: Uint8Array): TypedArray {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer, byteOffset, byteLength >>> 2);
    case 'i32':
      return new Int32Array(buffer, byteOffset, byteLength >>> 2);
    case 'u32':
      return new Uint32Array(buffer, byteOffset, byteLength >>> 2);
    case 'f16':
    case 'bf16':
      return new Uint16Array(buffer, byteOffset, byteLength >>> 1);
    case 'i8':
      return new Int8Array(buffer, byteOffset, byteLength);
    default:
      return bytes;
  }
}
