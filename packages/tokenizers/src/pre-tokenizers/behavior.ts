/** What becomes of the stretches that a pattern matches, by the names in tokenizer.json. */
export const SPLIT_BEHAVIORS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;

/** Name of a behaviour. */
export type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number];

/**
 * Cuts a text at matches. With `-` and `the-final--countdown`: `Removed` gives the, final,
 * countdown; `Isolated` the, -, final, -, -, countdown; `MergedWithPrevious` the-, final-, -,
 * countdown; `MergedWithNext` the, -final, -, -countdown; `Contiguous` the, -, final, --, countdown.
 *
 * @param matches - Start and end of each match, in turn.
 * @param length - Length of the text.
 * @param behavior - What becomes of the matches.
 * @param invert - Whether what lies between the matches counts as matched instead.
 * @returns Start and end of each piece, in turn; none empty.
 */
export function cutAtMatches(
  matches: readonly number[],
  length: number,
  behavior: SplitBehavior,
  invert: boolean,
): readonly number[] {
  // The patterns of all well-known tokenizers leave nothing between their matches.
  if (behavior === 'Isolated' && isWhole(matches, length)) return matches;
  const joins = JOINS[behavior];
  const cut: number[] = [];
  let before = false;
  let done = 0;
  const add = (end: number, matched: boolean): void => {
    if (joins?.(before, matched) && cut.length > 0) cut[cut.length - 1] = end;
    // An empty match is no piece, but what follows may join it.
    else if ((done < end || joins) && !(matched && behavior === 'Removed')) cut.push(done, end);
    before = matched;
    done = end;
  };
  for (let i = 0; i < matches.length; i += 2) {
    if (done < matches[i]!) add(matches[i]!, invert);
    add(matches[i + 1]!, !invert);
  }
  if (done < length) add(length, invert);
  return joins ? withoutEmpty(cut) : cut;
}

/** Whether matches, none of them empty, follow each other from the beginning of a text to its end. */
function isWhole(matches: readonly number[], length: number): boolean {
  let done = 0;
  for (let i = 0; i < matches.length; i += 2) {
    if (matches[i] !== done || matches[i + 1] === done) return false;
    done = matches[i + 1]!;
  }
  return done === length;
}

/** Whether a stretch joins the one before it, by whether they matched. */
const JOINS: Partial<Record<SplitBehavior, (before: boolean, here: boolean) => boolean>> = {
  MergedWithPrevious: (before, here) => here && !before,
  MergedWithNext: (before, here) => before && !here,
  Contiguous: (before, here) => before === here,
};

function withoutEmpty(cut: readonly number[]): number[] {
  return cut.filter((_, i) => cut[i - (i % 2)] !== cut[i - (i % 2) + 1]);
}
