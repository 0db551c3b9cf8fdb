export { dequantizeBlocks } from '../gguf/dequantize.ts';
export { GGUF_TYPES, type GgufBlockType, isGgufBlockType } from '../gguf/types.ts';
export { CheckpointError } from './error.ts';
export { type OpenCheckpointOptions, openCheckpoint } from './open.ts';
export type { Checkpoint, CheckpointDtype, CheckpointTensor, MetadataValue } from './types.ts';
