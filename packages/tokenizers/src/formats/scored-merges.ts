/** Characters of a piece, at most: finding its merges takes time in their square. */
const MOST_CHARACTERS = 2048;

/**
 * The merges of a SentencePiece BPE, which its file does not hold: all ways to make a piece from
 * two others, best score first, as transformers orders them (`generate_merges`).
 *
 * @param pieces - Pieces with scores, by id.
 * @param ids - Ids of the pieces that may be parts.
 */
export function scoredMerges(
  pieces: readonly (readonly [string, number])[],
  ids: ReadonlyMap<string, number>,
): [string, string][] {
  const merges: { pair: [string, string]; score: number; left: number; right: number }[] = [];
  for (const [piece, score] of pieces) {
    const characters = Array.from(piece);
    if (characters.length > MOST_CHARACTERS) continue;
    const local: { pair: [string, string]; left: number; right: number }[] = [];
    let cut = 0;
    for (let count = 1; count < characters.length; count++) {
      cut += characters[count - 1]!.length;
      const pair: [string, string] = [piece.slice(0, cut), piece.slice(cut)];
      const left = ids.get(pair[0]);
      const right = ids.get(pair[1]);
      if (left !== undefined && right !== undefined) local.push({ pair, left, right });
    }
    local.sort((a, b) => a.left - b.left || a.right - b.right);
    for (const { pair } of local) {
      merges.push({ pair, score, left: length(pair[0]), right: length(pair[1]) });
    }
  }
  // Python sorts in reverse and keeps the order of equal ones.
  merges.sort((a, b) => b.score - a.score || b.left - a.left || b.right - a.right);
  return merges.map(({ pair }) => pair);
}

/** Length in characters, as Python counts. */
function length(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
