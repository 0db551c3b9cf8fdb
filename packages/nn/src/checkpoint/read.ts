import {
  type Checkpoint,
  type CheckpointTensor,
  isGgufBlockType,
  type ModelSource,
  openCheckpoint,
  type SafetensorsDtype,
} from '@llm/hub';
import { type DType, type Tensor, tensor, tensorOfBytes, Variable, zeros } from '@llm/tensor';
import { matrixOfBlocks } from '../quantization/gguf-blocks.ts';
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
 * @param options.file the checkpoint, where a source holds several
 * @param options.keepBlocks whether matrices of GGUF's block types stay quantized: they come as variables that
 *   hold the codes
 * @throws MissingFileError if there is none. @throws SafetensorsError if it is malformed.
 * @throws CheckpointError if a file of another format is malformed, or an integer does not fit into i32.
 */
export async function readTensors(
  source: ModelSource,
  options: { readonly file?: string; readonly keepBlocks?: boolean } = {},
): Promise<Record<string, Tensor>> {
  const { file, keepBlocks = false } = options;
  const checkpoint = await openCheckpoint(source, file === undefined ? {} : { file });
  try {
    const found = Object.create(null) as Record<string, Tensor>;
    for (const [stored, description] of checkpoint.tensors) {
      if (checkpoint.format === 'gguf') {
        const named = await ggufTensor(checkpoint, stored, () =>
          readTensor(checkpoint, stored, description, keepBlocks),
        );
        if (named) found[named.name] = named.value;
      } else {
        found[stored] = await readTensor(checkpoint, stored, description, keepBlocks);
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
  keepBlocks: boolean,
): Promise<Tensor> {
  const [rows, columns, ...more] = shape;
  if (keepBlocks && isGgufBlockType(dtype) && columns !== undefined && more.length === 0) {
    const matrix = matrixOfBlocks(dtype, await checkpoint.read(name), [rows!, columns]);
    return new Variable(zeros([rows!, columns]), { trainable: false }).quantize(matrix);
  }
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
