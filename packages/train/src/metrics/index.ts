/** Metrics of generated text. */
export { type BleuOptions, type BleuResult, corpusBleu, sentenceBleu } from './bleu.ts';
export { type ChrfOptions, type ChrfResult, corpusChrf, sentenceChrf } from './chrf.ts';
export type { References } from './ngrams.ts';
export type { BleuTokenizer } from './word-tokenizers.ts';
