/** The corpus of user-interface strings: extraction, split and baselines. */
export { type Baseline, copyBaseline, nearestBaseline } from './baselines.ts';
export {
  type CorpusLanguage,
  corpusLanguages,
  corpusVersion,
  parseCorpusLanguage,
} from './languages.ts';
export { type Nearest, NearestText } from './nearest.ts';
export { normalizeText, stableHash, wordSet } from './normalize.ts';
export {
  type CorpusSplit,
  type HeldOutPair,
  type SplitOptions,
  type SplitReport,
  splitCorpus,
} from './split.ts';
export {
  type PairOrigin,
  readUserInterfaceStrings,
  type TranslationPair,
  type UserInterfaceStrings,
} from './ui-strings.ts';
