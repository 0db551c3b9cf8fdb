/**
 * Text preparation: cleaning, HTML, sentences and words, stop words, languages, duplicates, quality and augmentation,
 * as functions of one text and as steps of a pipeline that reports what it dropped and why.
 *
 * @module @llm/tokenizers/text
 */
export { type AugmentOptions, augmentStep, augmentText, type Synonyms } from './augment.ts';
export { type CleanTextOptions, cleanStep, cleanText } from './clean-text.ts';
export {
  comparableText,
  type ExactDuplicatesOptions,
  exactDuplicatesStep,
  hashText,
} from './duplicates.ts';
export { TextError } from './error.ts';
export {
  type HtmlReader,
  type HtmlToTextOptions,
  htmlReader,
  htmlStep,
  htmlToText,
} from './html-to-text.ts';
export {
  IDENTIFIED_LANGUAGES,
  type IdentifiedLanguage,
  type IdentifyLanguageOptions,
  identifyLanguage,
  type LanguageGuess,
  languageStep,
} from './language/identify.ts';
export {
  jaccard,
  type MinHashOptions,
  minHasher,
  type ShingleOptions,
  shingles,
  signatureSimilarity,
} from './min-hash.ts';
export { encodingFault } from './mojibake.ts';
export {
  type Banding,
  chooseBanding,
  type NearDuplicatesOptions,
  nearDuplicatesStep,
} from './near-duplicates.ts';
export {
  type DroppedRows,
  type PreparedText,
  type PrepareTextOptions,
  prepareText,
  type StepReport,
  type TextReport,
} from './prepare-text.ts';
export { type QualityOptions, qualityProblem, qualityStep } from './quality.ts';
export { GOPHER_REPETITION, measureRepetition, type Repetition } from './repetition.ts';
export {
  type SplitSentencesOptions,
  type SplitWordsOptions,
  sentencesStep,
  splitSentences,
  splitWords,
} from './segment.ts';
export {
  filterText,
  flatMapText,
  mapText,
  type RowHandler,
  type TextOutcome,
  type TextRow,
  type TextStep,
} from './step.ts';
export { removeStopWords, STOP_WORD_LANGUAGES, stopWords } from './stop-words.ts';
