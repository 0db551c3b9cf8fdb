/** How much a model expected a token, among all that could stand there. */
export interface TokenScore {
  readonly probability: number;
  /** Its natural logarithm. */
  readonly logProbability: number;
  /** Its place among all tokens by probability, from 1. */
  readonly rank: number;
  /** How undecided the model was, in bits: 0 if it was sure of one token. */
  readonly entropy: number;
  /** The most probable tokens. */
  readonly top: readonly { readonly id: number; readonly probability: number }[];
}

/** How many of the most probable tokens are kept. */
const topCount = 10;

/**
 * Judges a token by the scores of all.
 *
 * @param logits [vocab_size]
 */
export function judge(logits: ArrayLike<number>, token: number): TokenScore {
  const count = logits.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < count; id++) highest = Math.max(highest, logits[id]!);
  let total = 0;
  let weighted = 0;
  let rank = 1;
  for (let id = 0; id < count; id++) {
    const shifted = logits[id]! - highest;
    const share = Math.exp(shifted);
    total += share;
    if (share > 0) weighted += share * shifted;
    if (logits[id]! > logits[token]!) rank++;
  }
  const logTotal = Math.log(total);
  const logProbability = logits[token]! - highest - logTotal;
  return {
    probability: Math.exp(logProbability),
    logProbability,
    rank,
    // −Σ p ln p, with ln p = shifted − logTotal
    entropy: Math.max(0, logTotal - weighted / total) / Math.LN2,
    top: highestOf(logits).map((id) => ({
      id,
      probability: Math.exp(logits[id]! - highest - logTotal),
    })),
  };
}

/** Ids of the highest scores, the highest first; of equal ones the smaller id. */
function highestOf(logits: ArrayLike<number>): number[] {
  const best: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (best.length === topCount && logits[id]! <= logits[best[topCount - 1]!]!) continue;
    const place = best.findIndex((other) => logits[id]! > logits[other]!);
    best.splice(place < 0 ? best.length : place, 0, id);
    if (best.length > topCount) best.pop();
  }
  return best;
}
