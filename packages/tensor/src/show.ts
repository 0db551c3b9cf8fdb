import { type DType, decode, type TypedArray } from './dtype.ts';
import type { Node } from './graph.ts';
import { type Shape, sizeOf } from './shape.ts';

/** Values as nested arrays. */
export type Nested = number | boolean | Nested[];

/** Row-major values as nested arrays of `shape`. */
export function nest(values: TypedArray, shape: Shape, dtype: DType): Nested {
  let position = 0;
  const build = (axis: number): Nested => {
    if (axis === shape.length) {
      const value = values[position++]!;
      return dtype === 'bool' ? value !== 0 : value;
    }
    return Array.from({ length: shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}

const snapshots = new WeakMap<Node, Uint8Array>();

/** Keeps bytes that were read back, so that printing the tensor shows them. */
export function remember(node: Node, bytes: Uint8Array): void {
  if (sizeOf(node.shape) <= 1000) snapshots.set(node, bytes);
}

/** One line of shape and dtype, then the values if the host has them. */
export function describe(node: Node): string {
  const head = `Tensor ${node.dtype}[${node.shape.join(', ')}]`;
  const bytes =
    snapshots.get(node) ??
    (node.op.name === 'data' ? (node.attributes as { bytes: Uint8Array }).bytes : undefined);
  if (!bytes)
    return `${head} (${node.storage ? 'on device; await .data() reads it' : 'not computed'})`;
  return `${head} ${render(decode(node.dtype, bytes, sizeOf(node.shape)), node.shape, node.dtype)}`;
}

const edge = 3;

function render(values: TypedArray, shape: Shape, dtype: DType): string {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const abbreviate = sizeOf(shape) > 100;
  const build = (axis: number, offset: number): string => {
    if (axis === shape.length) return renderNumber(values[offset]!, dtype);
    const size = shape[axis]!;
    const positions = Array.from({ length: size }, (_, i) => i);
    const shown =
      abbreviate && size > 2 * edge
        ? [...positions.slice(0, edge), -1, ...positions.slice(-edge)]
        : positions;
    const separator = axis === shape.length - 1 ? ', ' : `,\n${' '.repeat(axis + 1)}`;
    return `[${shown.map((i) => (i < 0 ? '…' : build(axis + 1, offset + i * strides[axis]!))).join(separator)}]`;
  };
  return build(0, 0);
}

function renderNumber(value: number, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
