import { byteSize, type DType, isFloat, storedBytes } from '../dtype.ts';
import type { Spec } from '../graph.ts';
import { sizeOf } from '../shape.ts';

/**
 * The dtype in which a value is stacked. Element types under 32 bits are packed into words, and unless its size
 * is right a part of a stack would begin inside a word: then it is widened.
 */
export function stackedDtype({ dtype, shape }: Spec): DType {
  const size = sizeOf(shape);
  if (storedBytes(dtype, size) === byteSize(dtype) * size) return dtype;
  return isFloat(dtype) ? 'f32' : 'i32';
}
