/**
 * Models scored by rows that hold what is right.
 *
 * @module
 */
export {
  type EvaluatedRow,
  type EvaluateOptions,
  type EvaluationTask,
  evaluate,
  evaluationColumns,
} from './evaluate.ts';
export { type QuestionRow, questionAnsweringScoring } from './question-answering.ts';
export type { Scores, Scoring } from './scoring.ts';
export { type SummaryRow, summarizationScoring } from './summarization.ts';
export { type ClassificationRow, textClassificationScoring } from './text-classification.ts';
export {
  type ConversationRow,
  type TextGenerationRow,
  type TextRow,
  textGenerationScoring,
} from './text-generation.ts';
export { firstPieces, type TaggedRow, tokenClassificationScoring } from './token-classification.ts';
export { type TranslationRow, translationScoring } from './translation.ts';
