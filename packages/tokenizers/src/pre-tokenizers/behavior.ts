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
): number[] {
  // What most files ask for goes without an object for every stretch.
  if (behavior === 'Isolated') return isolate(matches, length);
  if (behavior === 'Removed') return invert ? whole(matches) : between(matches, length);
  const stretches = allStretches(matches, length, invert);
  switch (behavior) {
    case 'Contiguous':
      return merge(stretches, (before, here) => before === here);
    case 'MergedWithPrevious':
      return merge(stretches, (before, here) => here && !before);
    case 'MergedWithNext':
      return mergeWithNext(stretches);
  }
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly matched: boolean;
}

function whole(matches: readonly number[]): number[] {
  const cut: number[] = [];
  for (let i = 0; i < matches.length; i += 2) push(cut, matches[i]!, matches[i + 1]!);
  return cut;
}

function between(matches: readonly number[], length: number): number[] {
  const cut: number[] = [];
  let done = 0;
  for (let i = 0; i < matches.length; i += 2) {
    push(cut, done, matches[i]!);
    done = matches[i + 1]!;
  }
  push(cut, done, length);
  return cut;
}

function isolate(matches: readonly number[], length: number): number[] {
  const cut: number[] = [];
  let done = 0;
  for (let i = 0; i < matches.length; i += 2) {
    push(cut, done, matches[i]!);
    done = matches[i + 1]!;
    push(cut, matches[i]!, done);
  }
  push(cut, done, length);
  return cut;
}

function* allStretches(
  matches: readonly number[],
  length: number,
  invert: boolean,
): Generator<Stretch> {
  let done = 0;
  for (let i = 0; i < matches.length; i += 2) {
    const start = matches[i]!;
    const end = matches[i + 1]!;
    if (done < start) yield { start: done, end: start, matched: invert };
    yield { start, end, matched: !invert };
    done = end;
  }
  if (done < length) yield { start: done, end: length, matched: invert };
}

function push(cut: number[], start: number, end: number): void {
  if (start < end) cut.push(start, end);
}

/** Joins a stretch to the one before it where `joins` says so. */
function merge(
  stretches: Iterable<Stretch>,
  joins: (before: boolean, here: boolean) => boolean,
): number[] {
  const pieces: [number, number][] = [];
  let before = false;
  for (const { start, end, matched } of stretches) {
    const last = pieces.at(-1);
    if (last !== undefined && joins(before, matched)) last[1] = end;
    else pieces.push([start, end]);
    before = matched;
  }
  return pieces.filter(([start, end]) => start < end).flat();
}

function mergeWithNext(stretches: Iterable<Stretch>): number[] {
  const pieces: [number, number][] = [];
  let after = false;
  for (const { start, end, matched } of [...stretches].reverse()) {
    const last = pieces.at(-1);
    if (last !== undefined && matched && !after) last[0] = start;
    else pieces.push([start, end]);
    after = matched;
  }
  return pieces
    .reverse()
    .filter(([start, end]) => start < end)
    .flat();
}
