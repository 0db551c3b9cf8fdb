/** A set of code points. */
export type CharSet = (codePoint: number) => boolean;

/** Oniguruma's names that are no names of Unicode properties. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'Alphabetic'],
  ['digit', 'Nd'],
  ['space', 'White_Space'],
  ['upper', 'Uppercase'],
  ['lower', 'Lowercase'],
  ['letter', 'L'],
  ['punctuation', 'P'],
  ['number', 'N'],
  ['symbol', 'S'],
  ['mark', 'M'],
]);

/** Unicode's White_Space, which is what `\s` means in Oniguruma (JavaScript's differs). */
export const WHITE_SPACE = property('White_Space');
/** What `\w` means in Oniguruma. */
export const WORD = union([property('Alphabetic'), property('M'), property('Nd'), property('Pc')]);
/** Decimal digits. */
export const DIGIT = property('Nd');

/** One code point. */
export function single(wanted: number): CharSet {
  return (codePoint) => codePoint === wanted;
}

/** Code points from `first` to `last`. */
export function range(first: number, last: number): CharSet {
  return (codePoint) => codePoint >= first && codePoint <= last;
}

/** What is in any of several sets. */
export function union(sets: readonly CharSet[]): CharSet {
  return (codePoint) => sets.some((set) => set(codePoint));
}

/** What is in both of two sets. */
export function intersection(a: CharSet, b: CharSet): CharSet {
  return (codePoint) => a(codePoint) && b(codePoint);
}

/** What is not in a set. */
export function complement(set: CharSet): CharSet {
  return (codePoint) => !set(codePoint);
}

/** A set with the other cases of its letters. */
export function foldCase(set: CharSet): CharSet {
  return (codePoint) => {
    if (set(codePoint)) return true;
    const character = String.fromCodePoint(codePoint);
    return caseVariants(character).some((variant) => set(variant.codePointAt(0)!));
  };
}

/** Letters that differ from a letter only in case, among them `ſ` for `s` and `K` (Kelvin) for `k`. */
function caseVariants(character: string): string[] {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  const all = [lower, upper, lower.toUpperCase(), upper.toLowerCase()];
  // `k` is the lower case of two letters and `S` the upper case of two; these are the ASCII ones.
  if (lower === 'k') all.push('\u212a');
  if (upper === 'S') all.push('\u017f');
  return all.filter((variant) => [...variant].length === 1);
}

/**
 * A Unicode property by the names that Oniguruma knows: general categories, scripts, binary
 * properties.
 *
 * @param name - Such as `L`, `Lu`, `Han`, `White_Space`.
 * @throws SyntaxError if JavaScript knows no such property.
 */
export function property(name: string): CharSet {
  const pattern = propertyPattern(OTHER_NAMES.get(name.toLowerCase()) ?? name);
  return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
}

function propertyPattern(name: string): RegExp {
  try {
    return new RegExp(`^\\p{${name}}$`, 'u');
  } catch {
    return new RegExp(`^\\p{Script=${name}}$`, 'u');
  }
}
