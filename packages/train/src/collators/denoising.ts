import { checkOptions } from '@llm/nn';
import type { RandomSource } from '../data/random-source.ts';
import { type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { ids } from './ids.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';

/** Options of `dataCollatorForDenoising`, with the defaults of BART's paper. */
export interface DenoisingOptions extends PaddingOptions {
  /** Share of tokens in spans that one mask replaces. Default 0.3. */
  readonly mask_ratio?: number;
  /** Mean length of a span, by Poisson's distribution; a span of length 0 adds a mask. Default 3.5. */
  readonly poisson_lambda?: number;
  /** Whether sentences come in random order. Default true. */
  readonly permute_sentences?: boolean;
  /** Tokens that end a sentence; without them a text is one sentence. Default: `.`, where the tokenizer has it. */
  readonly sentence_end_ids?: readonly number[];
}

/**
 * BART's pre-training (Lewis et al., 2020): sentences are shuffled and spans replaced by one mask each; the labels
 * are the text. Special tokens at the ends of a text stay there.
 */
export function dataCollatorForDenoising(
  tokenizer: CollatorTokenizer,
  options: DenoisingOptions = {},
): Collator {
  const name = 'dataCollatorForDenoising';
  checkOptions(name, options, [
    ...paddingOptionNames,
    'mask_ratio',
    'poisson_lambda',
    'permute_sentences',
    'sentence_end_ids',
  ]);
  const { mask_ratio = 0.3, poisson_lambda = 3.5, permute_sentences = true } = options;
  if (!(mask_ratio >= 0 && mask_ratio < 1) || !(poisson_lambda > 0)) {
    throw new RangeError(
      `${name}: wants mask_ratio in [0, 1) and poisson_lambda above 0: got ${mask_ratio} and ${poisson_lambda}`,
    );
  }
  const [padId, maskId] = [needToken(name, tokenizer, 'pad'), needToken(name, tokenizer, 'mask')];
  const stop = tokenizer.token_to_id('.');
  const ends = new Set(options.sentence_end_ids ?? (stop === undefined ? [] : [stop]));
  const special = new Set(tokenizer.all_special_ids);
  return (items, random) => {
    const rows = items.map((item, index) => {
      const labels = ids(item, index);
      let [start, end] = [0, labels.length];
      while (start < end && special.has(labels[start]!)) start++;
      while (end > start && special.has(labels[end - 1]!)) end--;
      const text = labels.slice(start, end);
      const ordered = permute_sentences ? random.shuffle(sentences(text, ends)).flat() : text;
      const noised = infill(ordered, mask_ratio, poisson_lambda, maskId, random);
      return { input_ids: [...labels.slice(0, start), ...noised, ...labels.slice(end)], labels };
    });
    return padFeatures(rows, padId, options, true);
  };
}

function sentences(tokens: readonly number[], ends: ReadonlySet<number>): number[][] {
  const result: number[][] = [[]];
  for (const token of tokens) {
    if (ends.has(result.at(-1)!.at(-1) ?? -1)) result.push([]);
    result.at(-1)!.push(token);
  }
  return result;
}

/** Replaces spans until the share of tokens is hidden; spans do not touch each other's masks. */
function infill(
  tokens: readonly number[],
  ratio: number,
  mean: number,
  maskId: number,
  random: RandomSource,
): number[] {
  let budget = Math.ceil(tokens.length * ratio);
  const hidden = new Uint8Array(tokens.length);
  const masksBefore = new Uint8Array(tokens.length + 1);
  // Few starts are left when nearly all is hidden; after so many tries the rest stays.
  for (let tries = tokens.length * 10; budget > 0 && tries > 0; tries--) {
    const start = random.below(tokens.length);
    const length = Math.min(random.poisson(mean), budget);
    const end = Math.min(start + length, tokens.length);
    if (hidden.subarray(Math.max(0, start - 1), end + 1).some(Boolean)) continue;
    masksBefore[start] = 1;
    hidden.fill(1, start, end);
    // A span without tokens counts as one, so that masks added between tokens are bounded too.
    budget -= Math.max(1, end - start);
  }
  const result: number[] = [];
  for (let place = 0; place < tokens.length; place++) {
    if (masksBefore[place]) result.push(maskId);
    if (!hidden[place]) result.push(tokens[place]!);
  }
  return result;
}
