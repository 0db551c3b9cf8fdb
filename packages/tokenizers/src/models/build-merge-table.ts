import { describe } from '../json/fields.ts';
import { isPacked, type Merge, type PackedMerges } from './merge-list.ts';
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
  merges: readonly Merge[] | PackedMerges,
  prefixLength: number,
): MergeTable {
  const ids = isPacked(merges) ? merges.idsIn(vocab, tokens) : idsOf(merges, vocab);
  const count = merges.length;
  const lefts = new Int32Array(count);
  const rights = new Int32Array(count);
  const results = new Int32Array(count);
  let result = -1;
  for (let rank = 0; rank < count; rank++) {
    const leftId = ids[2 * rank]!;
    const rightId = ids[2 * rank + 1]!;
    if (leftId < 0 || rightId < 0)
      throw missing(merges.at(rank)![leftId < 0 ? 0 : 1], merges, rank);
    lefts[rank] = leftId;
    rights[rank] = rightId;
    const left = tokens[leftId]!;
    const right = tokens[rightId]!;
    // Trainers number tokens in the order of their merges, so the result mostly is the token of the
    // merge before or the next one. To see that it is takes no new string and no look-up.
    if (!joins(tokens[result], left, right, prefixLength)) {
      if (joins(tokens[result + 1], left, right, prefixLength)) result++;
      else {
        const joined = left + right.slice(prefixLength);
        const found = vocab.get(joined);
        if (found === undefined) throw missing(joined, merges, rank);
        result = found;
      }
    }
    results[rank] = result;
  }
  return new MergeTable(lefts, rights, results);
}

/** Ids of the tokens of all merges, the left and the right one in turn; -1 for what is no token. */
function idsOf(merges: readonly Merge[], vocab: ReadonlyMap<string, number>): Int32Array {
  const ids = new Int32Array(2 * merges.length);
  let next = 0;
  for (const [left, right] of merges) {
    ids[next++] = vocab.get(left) ?? -1;
    ids[next++] = vocab.get(right) ?? -1;
  }
  return ids;
}

/** True if a token is `left` followed by `right` without its first `skipped` units. */
function joins(token: string | undefined, left: string, right: string, skipped: number): boolean {
  if (token === undefined) return false;
  // A token shorter than the prefix has nothing left of it.
  const rest = Math.max(0, right.length - skipped);
  if (token.length !== left.length + rest || !token.startsWith(left)) return false;
  return skipped === 0 ? token.endsWith(right) : token.endsWith(right.slice(skipped));
}

function missing(token: string, merges: readonly Merge[] | PackedMerges, rank: number): Error {
  const [left, right] = merges.at(rank)!;
  return new Error(
    `BPE: merge ${rank} joins ${describe(left)} and ${describe(right)}, but ${describe(token)} is not in the vocabulary`,
  );
}
