/**
 * Tasks: text in, answer out.
 *
 * @module
 */
export { WrongInputError } from './errors.ts';
export type {
  FeatureExtractionOptions,
  FeatureExtractionPipeline,
  Pooling,
} from './feature-extraction.ts';
export type { FilledMask, FillMaskOptions, FillMaskPipeline } from './fill-mask.ts';
export type { PipelineGenerateOptions } from './generation-options.ts';
export type { PipelineBase, PipelineParts } from './parts.ts';
export {
  type PipelineAliases,
  type PipelineModel,
  type PipelineOptions,
  type Pipelines,
  type PipelineTask,
  pipeline,
  pipelineTasks,
  type TaskEntry,
  taskOf,
} from './pipeline.ts';
export type {
  Answer,
  QuestionAnsweringOptions,
  QuestionAnsweringPipeline,
  QuestionInput,
} from './question-answering.ts';
export type { ScoreFunction } from './scores.ts';
export type {
  SentenceSimilarityOptions,
  SentenceSimilarityPipeline,
} from './sentence-similarity.ts';
export type { SummarizationOptions, SummarizationPipeline, Summary } from './summarization.ts';
export type {
  Classification,
  TextClassificationOptions,
  TextClassificationPipeline,
} from './text-classification.ts';
export type {
  GeneratedText,
  TextGenerationInput,
  TextGenerationOptions,
  TextGenerationPipeline,
} from './text-generation.ts';
export type { RankedText, TextRankingOptions, TextRankingPipeline } from './text-ranking.ts';
export { TextStreamer, type TextStreamerOptions } from './text-streamer.ts';
export type { TextToTextOptions } from './text-to-text.ts';
export type { Text2TextGenerated, Text2TextGenerationPipeline } from './text2text-generation.ts';
export type {
  AggregationStrategy,
  EntityGroup,
  TokenClassificationOptions,
  TokenClassificationPipeline,
  TokenEntity,
} from './token-classification.ts';
export type { Translation, TranslationOptions, TranslationPipeline } from './translation.ts';
export type {
  ZeroShotClassification,
  ZeroShotClassificationOptions,
  ZeroShotClassificationPipeline,
} from './zero-shot-classification.ts';
