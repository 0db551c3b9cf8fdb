/**
 * Models taught by rows.
 *
 * @module
 */
export type { FineTuneAdapter } from './adapter.ts';
export {
  estimateFineTune,
  type FineTuned,
  type FineTuneOptions,
  type FineTuneRows,
  type FineTuneTask,
  fineTune,
  fineTuneColumns,
} from './fine-tune.ts';
