/** Metrics of classes, of spans, of ranked lists and of generated text. */
export { accuracy } from './accuracy.ts';
export { type AurocOptions, auroc, aurocOneVsRest } from './auroc.ts';
export type { Average, AveragedScores, ClassScores, Scores } from './averages.ts';
export { type BleuOptions, type BleuResult, corpusBleu, sentenceBleu } from './bleu.ts';
export { type BootstrapOptions, type BootstrapResult, bootstrap } from './bootstrap.ts';
export {
  type CalibrationBin,
  type CalibrationOptions,
  type CalibrationResult,
  calibrationError,
} from './calibration.ts';
export { type ChrfOptions, type ChrfResult, corpusChrf, sentenceChrf } from './chrf.ts';
export {
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
  confusionMatrix,
} from './confusion-matrix.ts';
export { pearson, spearman } from './correlation.ts';
export type { TagScheme } from './entities.ts';
export type { Label } from './labels.ts';
export { matthewsCorrelation } from './matthews.ts';
export type { References } from './ngrams.ts';
export {
  type NextTokenLogits,
  type PerplexityOptions,
  type PerplexityResult,
  perplexity,
  type StrideOptions,
  stridePerplexity,
} from './perplexity.ts';
export { type PrecisionRecallOptions, precisionRecallF1 } from './precision-recall.ts';
export {
  meanAveragePrecision,
  meanReciprocalRank,
  ndcg,
  type RankingOptions,
  type Relevance,
} from './ranking.ts';
export { type RougeOptions, type RougeScore, type RougeType, rouge, rougeTypes } from './rouge.ts';
export { type SeqevalOptions, type SeqevalResult, seqeval } from './seqeval.ts';
export {
  type SquadOptions,
  type SquadPrediction,
  type SquadReference,
  type SquadResult,
  squad,
} from './squad.ts';
export { corpusTer, type TerOptions, type TerResult } from './ter.ts';
export type { BleuTokenizer } from './word-tokenizers.ts';
