import {
  type Checkpoint,
  type CheckpointTensor,
  isGgufBlockType,
  type ModelSource,
  openCheckpoint,
  type SafetensorsDtype,
} from '@llm/hub';
import { type DType, type QuantizedMatrix, type Tensor, tensor, tensorOfBytes } from '@llm/tensor';
import type { QuantizationScheme } from '../quantization/schemes.ts';

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

// Loaded only where a file or a caller wants them: a page that reads safetensors downloads none of them.
const ggufNames = () => import('./gguf-names.ts');
const ggufBlocks = () => import('../quantization/gguf-blocks.ts');
const rowQuantization = () => import('../quantization/quantize-rows.ts');

/** A tensor of a model's checkpoint. */
export interface ModelTensor {
  readonly shape: readonly number[];
  /** Whether it is a matrix in blocks of GGUF, which can stay so. */
  readonly isBlocks: boolean;
  /** Its numbers: f64 becomes f32, other integers become i32, and GGUF's blocks become f32. */
  read(): Promise<Tensor>;
  /** The matrix in its blocks. @throws TypeError if there are none */
  readBlocks(): Promise<QuantizedMatrix>;
  /**
   * The matrix quantized as it is read: it is never there as f32, but for a transposed one.
   *
   * @param transposed whether the columns are quantized, as the rows of what is returned
   * @throws RangeError for a number that is not finite
   */
  readQuantized(scheme: QuantizationScheme, transposed: boolean): Promise<QuantizedMatrix>;
}

/** A model's checkpoint, whatever its format: nothing but headers was read. */
export interface ModelCheckpoint {
  /** By the names of transformers, in the order of the files. */
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** Lets the files go. */
  close(): Promise<void>;
}

/**
 * Opens a model's checkpoint.
 *
 * @param file the checkpoint, where a source holds several
 * @throws MissingFileError if there is none. @throws SafetensorsError if it is malformed.
 * @throws CheckpointError if a file of another format is malformed, and when an integer does not fit into i32.
 */
export async function openModelCheckpoint(
  source: ModelSource,
  file?: string,
): Promise<ModelCheckpoint> {
  const checkpoint = await openCheckpoint(source, file === undefined ? {} : { file });
  try {
    const gguf = checkpoint.format === 'gguf' ? await ggufNames() : undefined;
    const tensors = new Map<string, ModelTensor>();
    for (const [stored, description] of checkpoint.tensors) {
      const name = gguf ? gguf.ggufName(checkpoint, stored) : stored;
      if (name !== undefined) tensors.set(name, modelTensor(checkpoint, stored, description));
    }
    return { tensors, close: () => checkpoint.close() };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

/**
 * All tensors of a model's checkpoint by name. Each is read straight into the buffer that it keeps, one after the
 * other, so that little more memory is needed than the weights take.
 *
 * @throws as `openModelCheckpoint`
 */
export async function readTensors(source: ModelSource): Promise<Record<string, Tensor>> {
  const checkpoint = await openModelCheckpoint(source);
  try {
    const found = Object.create(null) as Record<string, Tensor>;
    for (const [name, stored] of checkpoint.tensors) found[name] = await stored.read();
    return found;
  } finally {
    await checkpoint.close();
  }
}

function modelTensor(
  checkpoint: Checkpoint,
  stored: string,
  description: CheckpointTensor,
): ModelTensor {
  const { dtype, shape } = description;
  const matrixShape = shape as readonly [number, number];
  const restored = async <Value extends Tensor | QuantizedMatrix>(value: Value) =>
    checkpoint.format === 'gguf' ? (await ggufNames()).ggufValue(checkpoint, stored, value) : value;
  return {
    shape,
    isBlocks: isGgufBlockType(dtype) && shape.length === 2,
    read: async () => restored(await readTensor(checkpoint, stored, description)),
    async readBlocks() {
      if (!isGgufBlockType(dtype)) throw new TypeError(`readBlocks: ${stored} is ${dtype}`);
      const { matrixOfBlocks } = await ggufBlocks();
      const matrix = matrixOfBlocks(dtype, await checkpoint.read(stored), matrixShape);
      return (await restored(matrix)) as QuantizedMatrix;
    },
    async readQuantized(scheme, transposed) {
      const { quantizeMatrix } = await rowQuantization();
      const matrix = transposed
        ? quantizeMatrix(await checkpoint.readFloat32(stored), matrixShape, scheme, true)
        : await quantizedRows(checkpoint, stored, matrixShape, scheme);
      return (await restored(matrix)) as QuantizedMatrix;
    },
  };
}

async function quantizedRows(
  checkpoint: Checkpoint,
  stored: string,
  [rows, columns]: readonly [number, number],
  scheme: QuantizationScheme,
): Promise<QuantizedMatrix> {
  const { RowQuantizer } = await rowQuantization();
  const quantizer = new RowQuantizer(rows, columns, scheme);
  for await (const some of checkpoint.float32Rows(stored)) quantizer.add(some);
  return quantizer.finish();
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
  if (integers.includes(dtype)) {
    return tensor(await checkpoint.readInt32(name), shape, { dtype: 'i32' });
  }
  const { buffer } = await checkpoint.readFloat32(name);
  return tensorOfBytes(new Uint8Array(buffer), shape, 'f32');
}
