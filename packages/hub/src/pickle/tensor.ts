import { PickledStorage, PickledTensor, PickleTuple, type PickleValue } from './values.ts';

/** PyTorch's own limit. */
const MAX_AXES = 64;

/**
 * The tensor that `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)` describes.
 *
 * @returns The tensor, or what is wrong with it.
 */
export function rebuildTensor(args: readonly PickleValue[]): PickledTensor | string {
  const [storage, offset, size, stride] = args;
  if (args.length < 6 || args.length > 7 || !(storage instanceof PickledStorage))
    return 'arguments of a tensor';
  const shape = integers(size);
  const strides = integers(stride);
  if (!isIndex(offset) || !shape || !strides || shape.length !== strides.length) {
    return 'an offset, sizes and strides from 0 to 2^53 - 1';
  }
  if (shape.length > MAX_AXES) return `at most ${MAX_AXES} axes`;
  const elements = shape.reduce((product, count) => product * count, 1);
  if (elements === 0) return new PickledTensor(storage, 0, shape, strides);
  const last = shape.reduce((sum, count, axis) => sum + (count - 1) * strides[axis]!, offset);
  // Views that repeat elements (a stride of 0) could be larger than the file without bound.
  if (!(last < storage.elements && elements <= storage.elements)) {
    return `a view of ${elements} elements up to element ${last} inside its storage of ${storage.elements}`;
  }
  return new PickledTensor(storage, offset, shape, strides);
}

function integers(value: PickleValue | undefined): number[] | undefined {
  if (!(value instanceof PickleTuple)) return undefined;
  const found = value.items.filter(isIndex);
  return found.length === value.items.length ? found : undefined;
}

function isIndex(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
