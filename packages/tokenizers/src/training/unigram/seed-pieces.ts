import { compareCodePoints } from '../code-points.ts';
import { commonPrefixes, suffixArray } from './suffix-array.ts';

/** A piece of a vocabulary with its score: a frequency, or its logarithm. */
export interface ScoredPiece {
  /** The text. */
  piece: string;
  /** How good it is. */
  score: number;
}

/** What stands between words in the text that is searched for repeated parts. */
const BOUNDARY = '\0';

/**
 * The pieces that training starts from: all characters, by how often they occur, then parts of
 * words that occur in two or more places and go on differently, by frequency times length. Like
 * the Rust library it counts parts once per different word.
 *
 * @param words - How often each word occurs.
 * @param maxPieceLength - Longest piece, in characters.
 * @param seedSize - Most pieces.
 */
export function seedPieces(
  words: ReadonlyMap<string, number>,
  maxPieceLength: number,
  seedSize: number,
): ScoredPiece[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  counts.delete(BOUNDARY);
  const descending = (a: ScoredPiece, b: ScoredPiece): number =>
    b.score - a.score || compareCodePoints(b.piece, a.piece);
  const characters = Array.from(counts, ([piece, score]) => ({ piece, score })).sort(descending);
  const parts = repeatedParts([...words.keys()], maxPieceLength).sort(descending);
  // The Rust code looks at the size after adding, so one part is always taken.
  return [...characters, ...parts.slice(0, Math.max(1, seedSize - characters.length))];
}

/** Parts of two or more characters with frequency times length as score. */
function repeatedParts(words: readonly string[], maxPieceLength: number): ScoredPiece[] {
  const characters: string[] = [];
  for (const word of words) {
    if (word === '') continue;
    for (const character of word) characters.push(character);
    characters.push(BOUNDARY);
  }
  // Symbols are numbered in their order, the boundary first.
  const symbols = [...new Set(characters)].sort(compareCodePoints);
  const numbers = new Map(symbols.map((symbol, number) => [symbol, number]));
  const text = Int32Array.from(characters, (character) => numbers.get(character)!);
  const boundaryAfter = new Int32Array(text.length);
  for (let i = text.length - 1; i >= 0; i--) {
    boundaryAfter[i] = characters[i] === BOUNDARY ? i : boundaryAfter[i + 1]!;
  }
  const sorted = suffixArray(text, symbols.length - 1);
  const parts: ScoredPiece[] = [];
  forEachBranch(commonPrefixes(text, sorted), (first, count, length) => {
    const start = sorted[first]!;
    if (length < 2 || length > maxPieceLength || boundaryAfter[start]! < start + length) return;
    parts.push({ piece: characters.slice(start, start + length).join(''), score: count * length });
  });
  return parts;
}

/** Visits the inner nodes of the suffix tree, given the common prefixes of sorted suffixes. */
function forEachBranch(
  common: Int32Array,
  visit: (first: number, count: number, length: number) => void,
): void {
  const stack: { length: number; first: number }[] = [];
  for (let i = 1; i <= common.length; i++) {
    const length = i < common.length ? common[i]! : 0;
    let first = i - 1;
    while (stack.length > 0 && stack.at(-1)!.length > length) {
      const node = stack.pop()!;
      visit(node.first, i - node.first, node.length);
      first = node.first;
    }
    if (length > (stack.at(-1)?.length ?? 0)) stack.push({ length, first });
  }
}
