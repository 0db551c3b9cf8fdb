import type { AddedToken } from '../added-vocabulary.ts';
import type { Decoder } from '../decoders/decoder.ts';
import type { Json } from '../json/fields.ts';
import type { Normalizer } from '../normalizers/normalizer.ts';
import { checkOptions } from '../options.ts';
import type { PostProcessor } from '../post-processors/post-processor.ts';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.ts';
import { SPECIAL_ROLES, type SpecialRole } from '../pretrained/special-tokens.ts';
import type { TrainingProgress } from './progress.ts';

/** A component: an object of its class, or what stands for it in tokenizer.json. */
export type ComponentOption<T> = T | { readonly type: string; readonly [field: string]: Json };

/** Options of every training, by Python's names. */
export interface CommonTrainingOptions extends Partial<Record<SpecialRole, string>> {
  /** Rewrites the text; nothing by default. */
  normalizer?: ComponentOption<Normalizer>;
  /** Splits the text into words; without one each text is a word. */
  pre_tokenizer?: ComponentOption<PreTokenizer>;
  /** Adds special tokens; nothing by default. */
  post_processor?: ComponentOption<PostProcessor>;
  /** Templates instead of a `post_processor`, such as `{ single: '[CLS] $A [SEP]' }`. */
  template?: { single: string; pair?: string };
  /** Turns tokens into text; without one they are joined by spaces. */
  decoder?: ComponentOption<Decoder>;
  /** Tokens wanted in all, special tokens and alphabet included. */
  vocab_size?: number;
  /** Tokens that take the first ids, in order. Roles given beside (`eos_token`, …) need not be repeated. */
  special_tokens?: readonly (string | AddedToken)[];
  /** Longest input of the model, in tokens; no limit by default. */
  model_max_length?: number;
  /** Called now and then on the way. */
  show_progress?: (progress: TrainingProgress) => void;
}

/** Options of the trainings that merge characters. */
export interface MergingOptions {
  /** Pairs that occur less often are not merged; 0 by default. */
  min_frequency?: number;
  /** Most characters the vocabulary starts with; no limit by default. */
  limit_alphabet?: number;
  /** Characters that are in the vocabulary whether they occur or not. */
  initial_alphabet?: Iterable<string>;
  /** What is put before symbols that do not start a word: nothing for BPE, `##` for WordPiece. */
  continuing_subword_prefix?: string;
  /** What is put after the last symbol of a word; nothing by default. */
  end_of_word_suffix?: string;
}

/** Byte pair encoding; `vocab_size` is 30,000 by default. */
export interface TrainBPEOptions extends CommonTrainingOptions, MergingOptions {
  /** Which model. */
  model: 'BPE';
  /** Tokens of this many characters or more are not made by growing; no limit by default. */
  max_token_length?: number;
  /** Write neighbouring unknown characters as one token; false by default. */
  fuse_unk?: boolean;
  /** Spell unknown characters by byte tokens; false by default. */
  byte_fallback?: boolean;
}

/** WordPiece; `vocab_size` is 30,000 and `unk_token` `[UNK]` by default. */
export interface TrainWordPieceOptions extends CommonTrainingOptions, MergingOptions {
  /** Which model. */
  model: 'WordPiece';
  /** Longer words are unknown; 100 by default. */
  max_input_chars_per_word?: number;
}

/** Unigram; `vocab_size` is 8,000 by default. */
export interface TrainUnigramOptions extends CommonTrainingOptions {
  /** Which model. */
  model: 'Unigram';
  /** Characters that are in the vocabulary whether they occur or not. */
  initial_alphabet?: Iterable<string>;
  /** Share of the pieces that is kept in each round; 0.75 by default. */
  shrinking_factor?: number;
  /** Longest piece, in characters; 16 by default. */
  max_piece_length?: number;
  /** Rounds of expectation and maximization between two prunings; 2 by default. */
  n_sub_iterations?: number;
  /** Most pieces to start from; 1,000,000 by default. */
  seed_size?: number;
}

/** One token a word; `vocab_size` is 30,000 and `unk_token` `<unk>` by default. */
export interface TrainWordLevelOptions extends CommonTrainingOptions {
  /** Which model. */
  model: 'WordLevel';
  /** Words that occur less often get no token; 0 by default. */
  min_frequency?: number;
}

/** Options of {@link trainTokenizer}. */
export type TrainTokenizerOptions =
  | TrainBPEOptions
  | TrainWordPieceOptions
  | TrainUnigramOptions
  | TrainWordLevelOptions;

const COMMON = [
  'model',
  'normalizer',
  'pre_tokenizer',
  'post_processor',
  'template',
  'decoder',
  'vocab_size',
  'special_tokens',
  'model_max_length',
  'show_progress',
  ...SPECIAL_ROLES,
];
const MERGING = [
  'min_frequency',
  'limit_alphabet',
  'initial_alphabet',
  'continuing_subword_prefix',
  'end_of_word_suffix',
];
const OPTIONS: Readonly<Record<TrainTokenizerOptions['model'], readonly string[]>> = {
  BPE: [...COMMON, ...MERGING, 'max_token_length', 'fuse_unk', 'byte_fallback'],
  WordPiece: [...COMMON, ...MERGING, 'max_input_chars_per_word'],
  Unigram: [
    ...COMMON,
    'initial_alphabet',
    'shrinking_factor',
    'max_piece_length',
    'n_sub_iterations',
    'seed_size',
  ],
  WordLevel: [...COMMON, 'min_frequency'],
};
/** Options that are integers, with the least they may be. */
const INTEGERS = {
  vocab_size: 1,
  min_frequency: 0,
  limit_alphabet: 1,
  max_token_length: 1,
  max_input_chars_per_word: 1,
  max_piece_length: 1,
  n_sub_iterations: 1,
  seed_size: 1,
} as const;
/** Ids and counts live in 32-bit arrays. */
const MOST = 2 ** 24;

/** @throws Error if the model or an option is unknown, or an option out of range. */
export function checkTrainingOptions(options: TrainTokenizerOptions): void {
  const { model } = options;
  if (typeof model !== 'string' || !Object.hasOwn(OPTIONS, model)) {
    throw new Error(
      `trainTokenizer: model: got ${JSON.stringify(model)}, wants one of ${Object.keys(OPTIONS).join(', ')}`,
    );
  }
  checkOptions(`trainTokenizer (${model})`, options, OPTIONS[model]);
  const values: Readonly<Record<string, unknown>> = { ...options };
  for (const [name, least] of Object.entries(INTEGERS)) {
    const value = values[name];
    if (value === undefined) continue;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) < MOST) continue;
    throw new Error(
      `trainTokenizer: ${name}: got ${value}, wants an integer from ${least} to ${MOST - 1}`,
    );
  }
  const { shrinking_factor: factor = 0.75 } = options as TrainUnigramOptions;
  if (!(factor > 0 && factor < 1)) {
    throw new Error(
      `trainTokenizer: shrinking_factor: got ${factor}, wants a number between 0 and 1`,
    );
  }
  if (options.template !== undefined && options.post_processor !== undefined) {
    throw new Error('trainTokenizer: template and post_processor exclude each other; choose one');
  }
}
