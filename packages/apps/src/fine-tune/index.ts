/**
 * Models taught by rows.
 *
 * @module
 */
export {
  type FineTuned,
  type FineTuneOptions,
  type FineTuneRows,
  type FineTuneTask,
  fineTune,
} from './fine-tune.ts';
export type { QuestionRow } from './question-answering.ts';
export type { ClassificationRow } from './text-classification.ts';
export type { TranslationRow } from './translation.ts';
