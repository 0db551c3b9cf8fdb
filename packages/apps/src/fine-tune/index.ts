/**
 * Models taught by rows.
 *
 * @module
 */
export {
  estimateFineTune,
  type FineTuned,
  type FineTuneOptions,
  type FineTuneRows,
  type FineTuneTask,
  fineTune,
  fineTuneColumns,
} from './fine-tune.ts';
