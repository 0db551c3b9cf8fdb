/** A set of code points. */
export type CharSet = (codePoint: number) => boolean;

/**
 * The set of a class of characters.
 *
 * @param source - The class in JavaScript's syntax with the flag `v`: `\p{L}`, `[^a-z&&[^x]]`.
 * @param ignoreCase - Whether the other cases of its letters are in it, too.
 */
export function charSet(source: string, ignoreCase: boolean): CharSet {
  const pattern = new RegExp(`^${source}$`, ignoreCase ? 'vi' : 'v');
  return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
}

/** What is not in a set. */
export function complement(set: CharSet): CharSet {
  return (codePoint) => !set(codePoint);
}
