import { trainMerges } from './bpe-trainer.ts';
import type {
  TrainBPEOptions,
  TrainTokenizerOptions,
  TrainUnigramOptions,
  TrainWordPieceOptions,
} from './options.ts';
import type { TrainingSteps } from './progress.ts';
import { trainWordLevel } from './train-word-level.ts';
import { trainUnigram } from './unigram/train-unigram.ts';

/** A trained model as it stands in tokenizer.json. */
export type ModelJson = Readonly<Record<string, unknown>>;

type Words = ReadonlyMap<string, number>;

/**
 * Trains the model that the options ask for.
 *
 * @param words - How often each word occurs.
 * @param special - Special tokens, which take the first ids.
 * @param options - Checked options.
 */
export function* trainModel(
  words: Words,
  special: readonly string[],
  options: TrainTokenizerOptions,
): TrainingSteps<ModelJson> {
  switch (options.model) {
    case 'BPE':
      return yield* trainBPE(words, special, options);
    case 'WordPiece':
      return yield* trainWordPiece(words, special, options);
    case 'Unigram':
      return yield* trainUnigramModel(words, special, options);
    case 'WordLevel': {
      const { vocab_size = 30_000, min_frequency = 0, unk_token = '<unk>' } = options;
      const vocab = trainWordLevel(words, { vocab_size, min_frequency, special_tokens: special });
      return { type: 'WordLevel', vocab: Object.fromEntries(vocab), unk_token };
    }
  }
}

function* trainBPE(
  words: Words,
  special: readonly string[],
  options: TrainBPEOptions,
): TrainingSteps<ModelJson> {
  const { vocab, merges } = yield* trainMerges(words, mergingOptions(special, options));
  return {
    type: 'BPE',
    dropout: null,
    unk_token: options.unk_token ?? null,
    continuing_subword_prefix: options.continuing_subword_prefix ?? null,
    end_of_word_suffix: options.end_of_word_suffix ?? null,
    fuse_unk: options.fuse_unk ?? false,
    byte_fallback: options.byte_fallback ?? false,
    ignore_merges: false,
    vocab: Object.fromEntries(vocab),
    merges,
  };
}

function* trainWordPiece(
  words: Words,
  special: readonly string[],
  options: TrainWordPieceOptions,
): TrainingSteps<ModelJson> {
  const { continuing_subword_prefix = '##' } = options;
  const merging = mergingOptions(special, { ...options, continuing_subword_prefix });
  const { vocab } = yield* trainMerges(words, merging);
  return {
    type: 'WordPiece',
    unk_token: options.unk_token ?? '[UNK]',
    continuing_subword_prefix,
    max_input_chars_per_word: options.max_input_chars_per_word ?? 100,
    vocab: Object.fromEntries(vocab),
  };
}

function mergingOptions(
  special: readonly string[],
  options: Omit<TrainBPEOptions, 'model'> | Omit<TrainWordPieceOptions, 'model'>,
) {
  return {
    vocab_size: options.vocab_size ?? 30_000,
    min_frequency: options.min_frequency ?? 0,
    special_tokens: special,
    // Python takes the first character of each entry.
    initial_alphabet: Array.from(
      options.initial_alphabet ?? [],
      (text) => Array.from(text)[0] ?? '',
    ),
    limit_alphabet: options.limit_alphabet,
    continuing_subword_prefix: options.continuing_subword_prefix,
    end_of_word_suffix: options.end_of_word_suffix,
    max_token_length: 'max_token_length' in options ? options.max_token_length : undefined,
  };
}

function* trainUnigramModel(
  words: Words,
  special: readonly string[],
  options: TrainUnigramOptions,
): TrainingSteps<ModelJson> {
  const { vocab, unk_id } = yield* trainUnigram(words, {
    vocab_size: options.vocab_size ?? 8000,
    special_tokens: special,
    initial_alphabet: options.initial_alphabet ?? [],
    unk_token: options.unk_token,
    shrinking_factor: options.shrinking_factor ?? 0.75,
    max_piece_length: options.max_piece_length ?? 16,
    n_sub_iterations: options.n_sub_iterations ?? 2,
    seed_size: options.seed_size ?? 1_000_000,
  });
  return { type: 'Unigram', unk_id: unk_id ?? null, vocab, byte_fallback: false };
}
