import { type Tensor, tensor } from '@llm/nn';

/** A pair of sentences as token ids; the source ends with the end token. */
export interface TokenPair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

/** Sentences of one bucket, padded: what one training step takes. */
export interface Batch {
  /** i32 [rows, length] */
  readonly inputIds: Tensor;
  /** bool [rows, length], true for tokens */
  readonly attentionMask: Tensor;
  /** i32 [rows, length]: the start token, then the target */
  readonly decoderInputIds: Tensor;
  /** i32 [rows, length]: the target, then the end token; −100 in padding */
  readonly labels: Tensor;
  /** Target tokens, padding not counted. */
  readonly tokens: number;
}

/** Special ids that batches are built with. */
export interface SpecialIds {
  readonly pad: number;
  readonly start: number;
  readonly end: number;
}

/** A source of uniform numbers in [0, 1), for shuffling. */
export type Uniform = () => number;

const ignored = -100;

/**
 * Puts each pair into the smallest bucket that holds both sides, and each bucket into batches of
 * ⌊tokensPerBatch / length⌋ rows; the last batch of a bucket is filled up with other pairs of it, so that there
 * is one shape per bucket. Batches come in random order.
 */
export function makeBatches(
  pairs: readonly TokenPair[],
  options: {
    readonly buckets: readonly number[];
    readonly tokensPerBatch: number;
    readonly special: SpecialIds;
  },
  uniform: Uniform,
): (() => Batch)[] {
  const { buckets, tokensPerBatch, special } = options;
  const groups = new Map<number, TokenPair[]>(buckets.map((length) => [length, []]));
  for (const pair of pairs) {
    const needed = Math.max(pair.source.length, pair.target.length + 1);
    const bucket = buckets.find((length) => length >= needed);
    if (bucket !== undefined) groups.get(bucket)!.push(pair);
  }
  const batches: (() => Batch)[] = [];
  for (const [length, group] of groups) {
    const rows = Math.max(1, Math.floor(tokensPerBatch / length));
    const shuffled = shuffle(group, uniform);
    for (let start = 0; start < shuffled.length; start += rows) {
      const chosen = shuffled.slice(start, start + rows);
      while (chosen.length < rows) chosen.push(group[Math.floor(uniform() * group.length)]!);
      batches.push(() => toBatch(chosen, length, special));
    }
  }
  return shuffle(batches, uniform);
}

/** The items in random order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], uniform: Uniform): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function toBatch(
  pairs: readonly TokenPair[],
  length: number,
  { pad, start, end }: SpecialIds,
): Batch {
  const rows = pairs.length;
  const source = new Int32Array(rows * length).fill(pad);
  const mask = new Uint8Array(rows * length);
  const decoder = new Int32Array(rows * length).fill(pad);
  const labels = new Int32Array(rows * length).fill(ignored);
  let tokens = 0;
  pairs.forEach((pair, row) => {
    const at = row * length;
    source.set(pair.source, at);
    mask.fill(1, at, at + pair.source.length);
    decoder[at] = start;
    decoder.set(pair.target, at + 1);
    labels.set(pair.target, at);
    labels[at + pair.target.length] = end;
    tokens += pair.target.length + 1;
  });
  const shape = [rows, length];
  return {
    inputIds: tensor(source, shape),
    attentionMask: tensor(mask, shape, { dtype: 'bool' }),
    decoderInputIds: tensor(decoder, shape),
    labels: tensor(labels, shape),
    tokens,
  };
}
