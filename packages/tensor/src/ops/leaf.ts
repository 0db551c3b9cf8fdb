import type { DType, TypedArray } from '../dtype.ts';
import { encode, isFloat, storedBytes } from '../dtype.ts';
import { apply, type DeviceTag, leaf, type Node, type Op, type Spec } from '../graph.ts';
import { checkShape, format, type Shape, sizeOf } from '../shape.ts';

const given: Op<unknown>['infer'] = () => {
  throw new Error('a leaf is made with its shape; it infers none');
};

/** Values on the host, uploaded when first needed. */
export const data: Op<{ bytes: Uint8Array }> = { name: 'data', kind: 'leaf', infer: given };

/** A number that may differ at each run of the same plan: a learning rate, a position. */
export const scalar: Op<{ value: number }> = { name: 'scalar', kind: 'leaf', infer: given };

/** An argument of a function being compiled. */
export const input: Op<{ index: number }> = { name: 'input', kind: 'leaf', infer: given };

/** The value a `Variable` had when it was read. */
export const variable: Op<{ variable: object }> = { name: 'variable', kind: 'leaf', infer: given };

/** One value everywhere, known when the graph is built. */
export const full: Op<{ value: number; spec: Spec }> = {
  name: 'full',
  kind: 'elementwise',
  infer: (_, { spec }) => spec,
};

/** 0, 1, …, length − 1 as i32. */
export const iota: Op<{ length: number }> = {
  name: 'iota',
  kind: 'elementwise',
  infer: (_, { length }) => ({ shape: checkShape([length], 'iota'), dtype: 'i32' }),
};

/** A tensor from host numbers in row-major order. */
export function fromValues(
  values: TypedArray | readonly number[],
  shape: Shape,
  dtype: DType,
  device?: DeviceTag,
): Node {
  checkShape(shape, 'tensor');
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(
      `tensor: got ${values.length} values for shape ${format(shape)}, which holds ${sizeOf(shape)}`,
    );
  }
  return leaf(data, { bytes: encode(dtype, values) }, { shape, dtype }, { device });
}

/** A tensor over stored bytes, which are not copied. */
export function fromBytes(bytes: Uint8Array, shape: Shape, dtype: DType): Node {
  checkShape(shape, 'tensorOfBytes');
  const wanted = storedBytes(dtype, sizeOf(shape));
  if (bytes.byteLength !== wanted || bytes.byteOffset % 4 !== 0) {
    throw new RangeError(
      `tensorOfBytes: got ${bytes.byteLength} bytes at offset ${bytes.byteOffset}, wants ${wanted} at a multiple of 4 for ${dtype} ${format(shape)}`,
    );
  }
  return leaf(data, { bytes }, { shape, dtype });
}

/** A tensor of `shape` that holds `value` everywhere. */
export function fill(shape: Shape, value: number, dtype: DType = 'f32'): Node {
  return apply(full, [], { value, spec: { shape: checkShape(shape, 'full'), dtype } });
}

/** A number that is not part of a plan: the same plan serves every value. */
export function hostScalar(value: number, dtype: DType): Node {
  return leaf(scalar, { value }, { shape: [], dtype });
}

/** `[0, 1, …, length − 1]` as i32. */
export function indices(length: number): Node {
  return apply(iota, [], { length });
}

/** A node from a node or a number; a number takes `like`'s dtype where it can (numbers are weakly typed). */
export function toNode(value: Node | number | boolean, like: Spec): Node {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return fill([], Number(value), weakType(value, like.dtype));
  }
  return value;
}

function weakType(value: number | boolean, dtype: DType): DType {
  if (typeof value === 'boolean' || isFloat(dtype)) return dtype;
  if (!Number.isInteger(value)) return 'f32';
  return dtype === 'bool' ? 'i32' : dtype;
}
