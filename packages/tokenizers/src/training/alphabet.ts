/**
 * The characters that a vocabulary starts with, by code point.
 *
 * @param words - Counted words.
 * @param initial - Characters that are wanted even if they do not occur.
 * @param limit - Most characters to keep, the most frequent ones; all by default. Of equally
 *   frequent ones those of lower code points stay, where the Rust trainer leaves it to chance.
 */
export function alphabetOf(
  words: ReadonlyMap<string, number>,
  initial: Iterable<string>,
  limit = Number.POSITIVE_INFINITY,
): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  for (const character of initial) counts.set(character, Number.POSITIVE_INFINITY);
  let kept = [...counts.keys()].sort(byCodePoint);
  if (kept.length > limit) {
    // Infinity minus Infinity is no number, so counts are compared, not subtracted.
    const byCount = (a: string, b: string) =>
      counts.get(a) === counts.get(b) ? 0 : counts.get(a)! > counts.get(b)! ? -1 : 1;
    kept = kept.sort(byCount).slice(0, limit).sort(byCodePoint);
  }
  return kept;
}

function byCodePoint(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}
