export { CheckpointError } from './error.ts';
export { type OpenCheckpointOptions, openCheckpoint } from './open.ts';
export type { Checkpoint, CheckpointDtype, CheckpointTensor, MetadataValue } from './types.ts';
