import { CheckpointError } from '../checkpoint/error.ts';
import { dtypeBits } from '../safetensors/dtype.ts';
import { type PickledStorage, PickledTensor, type PickleValue } from './values.ts';

/**
 * The tensors of an unpickled state dictionary.
 *
 * @param root - What the pickle holds. @param file - The file's name.
 * @throws CheckpointError if it is no flat dictionary from names to tensors.
 */
export function stateTensors(root: PickleValue, file: string): Map<string, PickledTensor> {
  if (!(root instanceof Map)) {
    throw new CheckpointError(file, 'holds no dictionary, wants torch.save(model.state_dict())');
  }
  const tensors = new Map<string, PickledTensor>();
  for (const [name, value] of root) {
    if (typeof name !== 'string' || !(value instanceof PickledTensor)) {
      throw new CheckpointError(
        file,
        `the value of ${JSON.stringify(String(name))} is no tensor; save the state dictionary alone: torch.save(model.state_dict())`,
      );
    }
    tensors.set(name, value);
  }
  return tensors;
}

/** Bytes of a storage. */
export function storageBytes({ dtype, elements }: PickledStorage): number {
  return elements * (dtypeBits(dtype) / 8);
}

/** True if the strides are those of row-major order; axes of one element do not matter. */
export function isRowMajor({ shape, strides }: PickledTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
