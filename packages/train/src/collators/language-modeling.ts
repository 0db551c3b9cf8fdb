import { checkOptions } from '@llm/nn';
import type { RandomSource } from '../data/random-source.ts';
import { type Batch, type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { ids } from './ids.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';
import { continuationOf } from './whole-words.ts';

/** Options of `dataCollatorForLanguageModeling`, with transformers' names and defaults. */
export interface LanguageModelingOptions extends PaddingOptions {
  /** Masked language modeling; false for a model that predicts the next token. Default true. */
  readonly mlm?: boolean;
  /** Share of tokens that are predicted. Default 0.15. */
  readonly mlm_probability?: number;
  /** Share of those that become the mask token. Default 0.8. */
  readonly mask_replace_prob?: number;
  /** Share of those that become a random token; the rest stay. Default 0.1. */
  readonly random_replace_prob?: number;
  /** Whether all pieces of a word are chosen together. Default false. */
  readonly whole_word_mask?: boolean;
  /**
   * Whether a token continues the word before it. Default: by the vocabulary, it starts with `##` (WordPiece), or does
   * not start with `Ġ` (byte-level BPE) or `▁` (SentencePiece).
   */
  readonly is_continuation?: (token: string) => boolean;
}

const optionNames = [
  ...paddingOptionNames,
  'mlm',
  'mlm_probability',
  'mask_replace_prob',
  'random_replace_prob',
  'whole_word_mask',
  'is_continuation',
] as const;

/** Most tokens that a whole-word mask chooses in one example, as transformers has it. */
const mostWholeWordTokens = 512;

/**
 * Batches for language models, as transformers' `DataCollatorForLanguageModeling` and
 * `DataCollatorForWholeWordMask`. With `mlm: false` the labels are the tokens themselves, −100 in the padding; the
 * model shifts them. With `mlm` a share of the tokens, never special ones, is hidden and predicted.
 */
export function dataCollatorForLanguageModeling(
  tokenizer: CollatorTokenizer,
  options: LanguageModelingOptions = {},
): Collator {
  const name = 'dataCollatorForLanguageModeling';
  checkOptions(name, options, optionNames);
  const { mlm = true, mlm_probability = 0.15, whole_word_mask = false } = options;
  const { mask_replace_prob = 0.8, random_replace_prob = 0.1 } = options;
  const padId = needToken(name, tokenizer, 'pad');
  if (!(mlm_probability > 0 && mlm_probability <= 1)) {
    throw new RangeError(`${name}: mlm_probability must be in (0, 1]: got ${mlm_probability}`);
  }
  if (!(mask_replace_prob + random_replace_prob <= 1 + 1e-9)) {
    throw new RangeError(`${name}: mask_replace_prob and random_replace_prob are more than 1`);
  }
  if (!mlm) {
    return (items) => {
      const rows = items.map((item, index) => ({ ...item, labels: ids(item, index) }));
      return padFeatures(rows, padId, options);
    };
  }
  const maskId = needToken(name, tokenizer, 'mask');
  const special = new Set(tokenizer.all_special_ids);
  const continues =
    options.is_continuation ?? (whole_word_mask ? continuationOf(name, tokenizer) : () => false);
  const wordsOf = (places: readonly number[], tokens: readonly number[]): number[][] => {
    const words: number[][] = [];
    for (const place of places) {
      const follows = words.at(-1)?.at(-1) === place - 1;
      if (follows && continues(tokenizer.id_to_token(tokens[place]!) ?? '')) {
        words.at(-1)!.push(place);
      } else words.push([place]);
    }
    return words;
  };
  const hide = (id: number, random: RandomSource): number => {
    const draw = random.next();
    if (draw < mask_replace_prob) return maskId;
    return draw < mask_replace_prob + random_replace_prob ? random.below(tokenizer.total_size) : id;
  };
  return (items, random): Batch => {
    const rows = items.map((item, index) => {
      const input_ids = ids(item, index);
      const candidates = input_ids.flatMap((id, place) => (special.has(id) ? [] : [place]));
      const chosen = whole_word_mask
        ? chooseWords(wordsOf(candidates, input_ids), input_ids.length * mlm_probability, random)
        : candidates.filter(() => random.next() < mlm_probability);
      const labels = input_ids.map(() => -100);
      const hidden = [...input_ids];
      for (const place of chosen) {
        labels[place] = input_ids[place]!;
        hidden[place] = hide(input_ids[place]!, random);
      }
      const { special_tokens_mask: _, ...rest } = item;
      return { ...rest, input_ids: hidden, labels };
    });
    return padFeatures(rows, padId, options);
  };
}

/** Words at random until the share of tokens is reached; one that would go beyond it is passed over. */
function chooseWords(
  words: readonly number[][],
  share: number,
  random: RandomSource,
): readonly number[] {
  const budget = Math.min(mostWholeWordTokens, Math.max(1, Math.round(share)));
  const taken: number[] = [];
  for (const word of random.shuffle(words)) {
    if (taken.length + word.length <= budget) taken.push(...word);
  }
  return taken.sort((a, b) => a - b);
}
