import type { TokenizerInput } from '../tokenizer.ts';

/** A part of a batch. */
export interface Slice {
  /** Texts, or lists of words. */
  readonly inputs: readonly TokenizerInput[];
  /** The second input of each, if there are any. */
  readonly pairs: readonly TokenizerInput[] | undefined;
}

/** Parts for each worker, so that those who are done early take over from the others. */
const PARTS_PER_WORKER = 4;
/** UTF-16 units that are worth a message. */
const LEAST_UNITS = 16_384;

/** Cuts a batch into parts of about equal length. */
export function cutBatch(
  inputs: readonly TokenizerInput[],
  pairs: readonly TokenizerInput[] | undefined,
  workers: number,
): Slice[] {
  const units = inputs.map(
    (input, index) => unitsOf(input) + (pairs === undefined ? 0 : unitsOf(pairs[index]!)),
  );
  const total = units.reduce((sum, count) => sum + count, 0);
  const wanted = Math.max(LEAST_UNITS, total / (workers * PARTS_PER_WORKER));
  const slices: Slice[] = [];
  let start = 0;
  let sum = 0;
  units.forEach((count, index) => {
    sum += count;
    if (sum < wanted && index + 1 < units.length) return;
    const end = index + 1;
    slices.push({ inputs: inputs.slice(start, end), pairs: pairs?.slice(start, end) });
    start = end;
    sum = 0;
  });
  return slices;
}

function unitsOf(input: TokenizerInput): number {
  if (typeof input === 'string') return input.length;
  return input.reduce((sum, word) => sum + word.length, 0);
}
