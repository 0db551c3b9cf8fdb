import {
  type Checkpoint,
  type CheckpointTensor,
  type ModelSource,
  openCheckpoint,
  type SafetensorsDtype,
} from '@llm/hub';
import { type DType, type Tensor, tensor, tensorOfBytes } from '@llm/tensor';
import { ggufTensor } from './gguf-names.ts';

/** Types of checkpoints that tensors have too: their bytes are taken as they are. */
export const fileTypes: Partial<Record<SafetensorsDtype, DType>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I32: 'i32',
  U32: 'u32',
  U8: 'u8',
  I8: 'i8',
  BOOL: 'bool',
};

/** Types whose values, if they are in range, i32 holds. */
const integers: readonly string[] = ['I64', 'U64', 'I16', 'U16'];

/**
 * The tensors of a model's checkpoint by name, whatever its format: f64 becomes f32, other integers become i32, and
 * GGUF's blocks become f32 and get the names of transformers. Each tensor is read straight into the buffer that it
 * keeps, one after the other, so that little more memory is needed than the weights take.
 *
 * @param file the checkpoint, where a source holds several
 * @throws MissingFileError if there is none. @throws SafetensorsError if it is malformed.
 * @throws CheckpointError if a file of another format is malformed, or an integer does not fit into i32.
 */
export async function readTensors(
  source: ModelSource,
  file?: string,
): Promise<Record<string, Tensor>> {
  const checkpoint = await openCheckpoint(source, file === undefined ? {} : { file });
  try {
    const found = Object.create(null) as Record<string, Tensor>;
    for (const [stored, description] of checkpoint.tensors) {
      if (checkpoint.format === 'gguf') {
        const named = await ggufTensor(checkpoint, stored, () =>
          readTensor(checkpoint, stored, description),
        );
        if (named) found[named.name] = named.value;
      } else {
        found[stored] = await readTensor(checkpoint, stored, description);
      }
    }
    return found;
  } finally {
    await checkpoint.close();
  }
}

async function readTensor(
  checkpoint: Checkpoint,
  name: string,
  { dtype, shape, byteLength }: CheckpointTensor,
): Promise<Tensor> {
  const own = fileTypes[dtype as SafetensorsDtype];
  if (own !== undefined) {
    const { buffer } = await checkpoint.read(name);
    return tensorOfBytes(new Uint8Array(buffer, 0, Math.ceil(byteLength / 4) * 4), shape, own);
  }
  return integers.includes(dtype)
    ? tensor(await checkpoint.readInt32(name), shape, { dtype: 'i32' })
    : bytesOf(await checkpoint.readFloat32(name), shape);
}

function bytesOf(values: Float32Array, shape: readonly number[]): Tensor {
  return tensorOfBytes(new Uint8Array(values.buffer), shape, 'f32');
}
