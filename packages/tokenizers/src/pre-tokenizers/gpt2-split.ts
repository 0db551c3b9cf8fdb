/*
 * GPT-2's pattern
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * as a scanner: one pass, no backtracking, so it is linear on any text, and `\s` means Unicode's
 * White_Space as in the original (JavaScript's own \s has U+FEFF and lacks U+0085).
 */

const UNKNOWN = 0;
const OTHER = 1;
const LETTER = 2;
const NUMBER = 3;
const SPACE = 4;

/** Class of each code point, looked up once. */
let classes: Uint8Array | undefined;

function classify(codePoint: number): number {
  classes ??= new Uint8Array(0x110000);
  const known = classes[codePoint]!;
  if (known !== UNKNOWN) return known;
  const character = String.fromCodePoint(codePoint);
  let found = OTHER;
  if (/\p{L}/u.test(character)) found = LETTER;
  else if (/\p{N}/u.test(character)) found = NUMBER;
  else if (/\p{White_Space}/u.test(character)) found = SPACE;
  classes[codePoint] = found;
  return found;
}

/** Index after the run of characters of one class that starts at `index`. */
function runEnd(text: string, index: number, wanted: number): number {
  while (index < text.length) {
    const codePoint = text.codePointAt(index)!;
    if (classify(codePoint) !== wanted) break;
    index += codePoint > 0xffff ? 2 : 1;
  }
  return index;
}

/** Length of an English contraction at an apostrophe, or 0. */
function contractionLength(text: string, index: number): number {
  const next = text[index + 1];
  if (next === 's' || next === 't' || next === 'm' || next === 'd') return 2;
  const two = text.slice(index + 1, index + 3);
  return two === 're' || two === 've' || two === 'll' ? 3 : 0;
}

/**
 * Splits text as GPT-2's regular expression does; the pieces joined are the text.
 *
 * @param text - Any text.
 * @returns The pieces, none empty.
 */
export function gpt2Split(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = pieceEnd(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function pieceEnd(text: string, start: number): number {
  const first = text.codePointAt(start)!;
  if (first === 0x27) {
    const length = contractionLength(text, start);
    if (length > 0) return start + length;
  }
  // One space, and only the plain one, may lead a run of letters, numbers or other characters.
  const lead = first === 0x20 && start + 1 < text.length ? start + 1 : start;
  const kind = classify(text.codePointAt(lead)!);
  if (kind !== SPACE) return runEnd(text, lead, kind);
  const end = runEnd(text, start, SPACE);
  // The last space of a run is left to the word that follows, unless it is the only one.
  return end === text.length || end - start === 1 ? end : end - 1;
}
