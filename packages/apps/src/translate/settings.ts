import { checkOptions } from '@llm/nn';
import type { CorpusLanguage } from '../corpus/index.ts';

/** How the translation model is built and trained. */
export interface TranslationSettings {
  readonly language: CorpusLanguage;
  /** Tokens of the vocabulary that both languages share. */
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly layers: number;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Passes over the training pairs. */
  readonly epochs: number;
  /** Target tokens in a batch, padding included. */
  readonly tokensPerBatch: number;
  /** Lengths, in tokens, that sentences are padded to; longer pairs are left out. */
  readonly buckets: readonly number[];
  readonly seed: number;
}

/** The recipe found with `tools/reference/translate_ui.py`. */
export const defaultSettings: TranslationSettings = {
  language: 'de',
  vocabulary: 4000,
  width: 128,
  heads: 4,
  inner: 512,
  layers: 2,
  dropout: 0.05,
  labelSmoothing: 0.1,
  learningRate: 5e-3,
  warmupSteps: 250,
  epochs: 10,
  tokensPerBatch: 1024,
  buckets: [8, 12, 16, 24, 32, 48],
  seed: 1,
};

/** Full settings from some. @throws TypeError for an unknown one. @throws RangeError for an unusable one. */
export function translationSettings(
  settings: Partial<TranslationSettings> = {},
): TranslationSettings {
  checkOptions(
    'translation settings',
    settings,
    Object.keys(defaultSettings) as (keyof TranslationSettings)[],
  );
  const full = { ...defaultSettings, ...settings };
  const counts = [
    'vocabulary',
    'width',
    'heads',
    'inner',
    'layers',
    'epochs',
    'tokensPerBatch',
  ] as const;
  for (const name of counts) {
    if (!Number.isInteger(full[name]) || full[name] < 1) {
      throw new RangeError(
        `translation settings: ${name} must be a positive integer: got ${full[name]}`,
      );
    }
  }
  if (!(full.learningRate > 0)) {
    throw new RangeError(
      `translation settings: learningRate must be above 0: got ${full.learningRate}`,
    );
  }
  if (!Number.isInteger(full.seed) || full.seed < 0 || full.seed > 0xffffffff) {
    throw new RangeError(
      `translation settings: seed must be an integer in [0, 2^32): got ${full.seed}`,
    );
  }
  if (full.width % full.heads !== 0) {
    throw new RangeError(
      `translation settings: width must be a multiple of heads: got ${full.width} and ${full.heads}`,
    );
  }
  return full;
}
