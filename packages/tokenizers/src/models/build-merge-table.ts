import { describe } from '../json/fields.ts';
import { MergeTable } from './merge-table.ts';

/**
 * Looks up the ids of all merges.
 *
 * @param vocab - Ids by token.
 * @param tokens - Tokens by id.
 * @param merges - Pairs of tokens, by rank.
 * @param prefixLength - How much of the second token is left out of the joined one.
 * @throws Error if a token of a merge is not in `vocab`.
 */
export function buildMergeTable(
  vocab: ReadonlyMap<string, number>,
  tokens: readonly (string | undefined)[],
  merges: readonly (readonly [string, string])[],
  prefixLength: number,
): MergeTable {
  const count = merges.length;
  const lefts = new Int32Array(count);
  const rights = new Int32Array(count);
  const results = new Int32Array(count);
  let result = -1;
  for (let rank = 0; rank < count; rank++) {
    const [left, right] = merges[rank]!;
    lefts[rank] = vocab.get(left) ?? missing(left, merges, rank);
    rights[rank] = vocab.get(right) ?? missing(right, merges, rank);
    // Trainers number tokens in the order of their merges, so the result mostly is the token of the
    // merge before or the next one. To see that it is takes no new string and no look-up.
    if (!joins(tokens[result], left, right, prefixLength)) {
      if (joins(tokens[result + 1], left, right, prefixLength)) result++;
      else {
        const joined = left + right.slice(prefixLength);
        result = vocab.get(joined) ?? missing(joined, merges, rank);
      }
    }
    results[rank] = result;
  }
  return new MergeTable(lefts, rights, results);
}

/** True if a token is `left` followed by `right` without its first `skipped` units. */
function joins(token: string | undefined, left: string, right: string, skipped: number): boolean {
  if (token === undefined) return false;
  // A token shorter than the prefix has nothing left of it.
  const rest = Math.max(0, right.length - skipped);
  if (token.length !== left.length + rest || !token.startsWith(left)) return false;
  return skipped === 0 ? token.endsWith(right) : token.endsWith(right.slice(skipped));
}

function missing(
  token: string,
  merges: readonly (readonly [string, string])[],
  rank: number,
): never {
  const [left, right] = merges[rank]!;
  throw new Error(
    `BPE: merge ${rank} joins ${describe(left)} and ${describe(right)}, but ${describe(token)} is not in the vocabulary`,
  );
}
