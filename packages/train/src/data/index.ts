export {
  type BackTranslationOptions,
  type BackTranslationReport,
  backTranslate,
} from './back-translation/back-translate.ts';
export type {
  ModelTranslator,
  TranslateTexts,
  TranslationTokenizer,
  Translator,
} from './back-translation/translator.ts';
export { BadRowError, type BadRowPolicy, BadRows } from './bad-rows.ts';
export {
  BucketBatches,
  type BucketOptions,
  type ExampleBatch,
  type LoaderState,
} from './batches.ts';
export type { Column, Columns } from './columns.ts';
export { Dataset, type SplitOptions } from './dataset.ts';
export type { DataFormat, TableOptions } from './formats/index.ts';
export { type InterleaveOptions, interleaveDatasets } from './interleave.ts';
export { IterableDataset, type StreamShuffleOptions } from './iterable-dataset.ts';
export { type LoadOptions, loadDataset, streamDataset } from './load.ts';
export { type PadOptions, paddingMask, padRows } from './pad.ts';
export { RandomSource } from './random-source.ts';
export type { Row } from './row.ts';
export { shuffle } from './shuffle.ts';
export type { DataSource } from './source.ts';
