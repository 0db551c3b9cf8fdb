import type { Tensor } from '@llm/nn';
import { BucketBatches, type ExampleBatch, paddingMask, padRows } from '@llm/train';
import type { TranslationSettings } from './settings.ts';

/** A pair of sentences as token ids; the source ends with the end token. */
export interface TokenPair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

/** Sentences of one bucket, padded: what one training step takes. */
export interface Batch {
  /** i32 [rows, length] */
  readonly inputIds: Tensor;
  /** bool [rows, length], true in the padding of `inputIds` */
  readonly padding: Tensor;
  /** i32 [rows, length]: the start token, then the target */
  readonly decoderInputIds: Tensor;
  /** i32 [rows, length]: the target, then the end token; −100 in padding */
  readonly labels: Tensor;
}

/** Special ids that batches are built with. */
export interface SpecialIds {
  readonly pad: number;
  readonly start: number;
  readonly end: number;
}

/** The label that the loss leaves out. */
const ignored = -100;

/** The pairs in batches of one shape per bucket, in an order of the seed's; longer pairs are left out. */
export function bucketPairs(
  pairs: readonly TokenPair[],
  { buckets, tokensPerBatch, seed }: TranslationSettings,
): BucketBatches<TokenPair> {
  return new BucketBatches(pairs, {
    length: ({ source, target }) => Math.max(source.length, target.length + 1),
    buckets,
    tokens: tokensPerBatch,
    seed,
    overflow: 'drop',
  });
}

/** Target tokens of a batch that are trained on: end tokens count, padding does not. */
export function targetTokens({ examples }: ExampleBatch<TokenPair>): number {
  return examples.reduce((sum, { target }) => sum + target.length + 1, 0);
}

/** The tensors of a batch; rows without a pair hold padding only. */
export function toBatch(
  { examples, rows, length }: ExampleBatch<TokenPair>,
  { pad, start, end }: SpecialIds,
): Batch {
  const sources = examples.map(({ source }) => source);
  const shape = { rows, length };
  return {
    inputIds: padRows(sources, { ...shape, value: pad }),
    padding: paddingMask(sources, shape),
    decoderInputIds: padRows(
      examples.map(({ target }) => [start, ...target]),
      { ...shape, value: pad },
    ),
    labels: padRows(
      examples.map(({ target }) => [...target, end]),
      { ...shape, value: ignored },
    ),
  };
}
