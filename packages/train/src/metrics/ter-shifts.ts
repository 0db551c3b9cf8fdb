import { type Edit, editPath } from './ter-edits.ts';

/** Tercom's limits. */
const maxShiftSize = 10;
const maxShiftDistance = 50;
/** sacreBLEU's limit on shifts tried for one hypothesis. */
const maxCandidates = 1000;

/**
 * Edits that turn a hypothesis into a reference, a shift of a sequence of words counted as one: shifts are taken
 * greedily, the one that saves most first, while one saves anything.
 */
export function editsWithShifts(
  hypothesis: readonly string[],
  reference: readonly string[],
): number {
  if (reference.length === 0) return hypothesis.length;
  const budget = { tried: 0 };
  let words = hypothesis;
  let shifts = 0;
  for (;;) {
    const best = bestShift(words, reference, budget);
    if (budget.tried >= maxCandidates || !best || best.saved <= 0) break;
    shifts += 1;
    words = best.words;
  }
  return shifts + editPath(words, reference).count;
}

/** A shift: ranked by what it saves, then longest, earliest source, earliest target. */
interface Shift {
  readonly saved: number;
  readonly length: number;
  readonly start: number;
  readonly target: number;
  readonly words: readonly string[];
}

function bestShift(
  words: readonly string[],
  reference: readonly string[],
  budget: { tried: number },
): Shift | undefined {
  const { count, edits } = editPath(words, reference);
  const { places, wrongWords, wrongPlaces } = alignment(edits);
  let best: Shift | undefined;
  for (const { start, goal, length } of equalRuns(words, reference)) {
    // A shift is for words that are wrong where they are, to a place that is wrong as it is.
    const isWrong = (flags: readonly boolean[], from: number): boolean =>
      flags.slice(from, from + length).some(Boolean);
    if (!isWrong(wrongWords, start) || !isWrong(wrongPlaces, goal)) continue;
    if (places[goal]! >= start && places[goal]! < start + length) continue;
    let previous = -1;
    for (let offset = -1; offset < length; offset++) {
      const place = goal + offset;
      if (place >= places.length) break;
      const target = place === -1 ? 0 : places[place]! + 1;
      if (target === previous) continue;
      previous = target;
      const shifted = move(words, start, length, target);
      const saved = count - editPath(shifted, reference).count;
      const shift = { saved, length, start, target, words: shifted };
      if (!best || ranksAbove(shift, best)) best = shift;
      budget.tried += 1;
    }
    if (budget.tried >= maxCandidates) break;
  }
  return best;
}

function ranksAbove(a: Shift, b: Shift): boolean {
  if (a.saved !== b.saved) return a.saved > b.saved;
  if (a.length !== b.length) return a.length > b.length;
  if (a.start !== b.start) return a.start < b.start;
  return a.target < b.target;
}

/** For each place of the reference the last word of the hypothesis up to it, and what is wrong on both sides. */
function alignment(edits: readonly Edit[]): {
  places: number[];
  wrongWords: boolean[];
  wrongPlaces: boolean[];
} {
  const places: number[] = [];
  const wrongWords: boolean[] = [];
  const wrongPlaces: boolean[] = [];
  for (const edit of edits) {
    if (edit !== 'insert') wrongWords.push(edit !== 'keep');
    if (edit === 'delete') continue;
    places.push(wrongWords.length - 1);
    wrongPlaces.push(edit !== 'keep');
  }
  return { places, wrongWords, wrongPlaces };
}

/** Runs of words that stand in both lists, each with all its beginnings. */
function* equalRuns(
  words: readonly string[],
  reference: readonly string[],
): Generator<{ start: number; goal: number; length: number }> {
  for (let start = 0; start < words.length; start++) {
    for (let goal = 0; goal < reference.length; goal++) {
      if (Math.abs(goal - start) > maxShiftDistance) continue;
      for (let length = 1; length <= maxShiftSize; length++) {
        const last = words[start + length - 1];
        if (last === undefined || last !== reference[goal + length - 1]) break;
        yield { start, goal, length };
      }
    }
  }
}

/** The words with `length` of them from `start` moved before `target`. */
function move(words: readonly string[], start: number, length: number, target: number): string[] {
  const run = words.slice(start, start + length);
  const rest = [...words.slice(0, start), ...words.slice(start + length)];
  // Inside the run the target counts among the remaining words, as Tercom has it.
  const place = target > start + length ? target - length : target;
  rest.splice(place, 0, ...run);
  return rest;
}
