import type { GgufBlockType } from '../gguf/types.ts';
import type { SafetensorsDtype } from '../safetensors/dtype.ts';

/**
 * How the numbers of a tensor are stored: a type of safetensors, or a block type of GGUF such as `Q4_K`, in
 * which blocks of numbers along the last axis share their scales.
 */
export type CheckpointDtype = SafetensorsDtype | GgufBlockType;

/** What a checkpoint knows about a tensor without reading its numbers. */
export interface CheckpointTensor {
  /** How the numbers are stored. */
  readonly dtype: CheckpointDtype;
  /** Sizes of the axes, outermost first (as PyTorch has them, for GGUF too); empty for a scalar. */
  readonly shape: readonly number[];
  /** Bytes that {@link Checkpoint.read} returns. */
  readonly byteLength: number;
  /** The file of the source that holds it. */
  readonly file: string;
}

/** A value of a checkpoint's metadata. GGUF arrays of numbers are typed arrays. */
export type MetadataValue =
  | string
  | number
  | bigint
  | boolean
  | readonly MetadataValue[]
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/**
 * An open checkpoint, whatever its format: names, shapes and types are known, numbers are read when asked for,
 * each tensor straight into its own buffer. Several tensors may be read at the same time.
 */
export interface Checkpoint {
  /** The format of its files. */
  readonly format: 'safetensors' | 'pytorch' | 'gguf';
  /** Where it is, for messages. */
  readonly location: string;
  /** The files it is made of. */
  readonly files: readonly string[];
  /** Strings of safetensors' `__metadata__`, GGUF's typed values; empty for PyTorch's files. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** Tensors by name, in the order of the files. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /**
   * A tensor's stored bytes: little-endian, row-major (blocks stay as they are), in a buffer of their own that
   * starts at byte 0 and is padded to a multiple of 8.
   *
   * @throws Error if there is no tensor of that name.
   */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * A tensor's numbers as f32: floats are converted, blocks dequantized exactly as ggml's reference does,
   * integers up to 32 bits rounded to the nearest f32.
   *
   * @throws CheckpointError for types that are no real numbers of this kind (C64, the 4-, 6- and 8-bit floats).
   */
  readFloat32(name: string): Promise<Float32Array<ArrayBuffer>>;
  /**
   * A tensor's numbers as `readFloat32` gives them, in pieces of whole rows of its last axis and about a megabyte
   * as stored, in order. Each piece lies where the one before it lay: use it up before asking for the next.
   *
   * @throws as `readFloat32`.
   */
  float32Rows(name: string): AsyncIterable<Float32Array<ArrayBuffer>>;
  /**
   * A tensor's integers as i32.
   *
   * @throws CheckpointError for other types, and for a value that i32 cannot hold.
   */
  readInt32(name: string): Promise<Int32Array<ArrayBuffer>>;
  /** Lets the files go. */
  close(): Promise<void>;
}
