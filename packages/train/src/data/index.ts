export {
  BucketBatches,
  type BucketOptions,
  type ExampleBatch,
  type LoaderState,
} from './batches.ts';
export { type PadOptions, paddingMask, padRows } from './pad.ts';
export { shuffle } from './shuffle.ts';
