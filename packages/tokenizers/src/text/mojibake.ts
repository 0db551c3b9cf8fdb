/**
 * Signs that a text was decoded wrongly somewhere. What the letters were can only be guessed, so such texts are
 * refused, never repaired.
 *
 * @module
 */

/** The characters that Windows-1252 shows for the bytes 0x80 to 0x9F (five bytes have none). */
const WINDOWS_1252 =
  '\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178';
const CONTINUATION = `[\\u0080-\\u00bf${WINDOWS_1252}]`;

/**
 * UTF-8 read as Latin-1 or Windows-1252. Two bytes: `Ã©`, `Â»`, not after a capital letter, where Ã may end a word
 * before a quotation mark. Three: `â€™`, and four: `ðŸ˜€`, whose first two characters hardly meet in honest text.
 * Cyrillic and Greek: three pairs in a row.
 */
const MISREAD = new RegExp(
  [
    `(?<!\\p{Lu})[\\u00c2\\u00c3][\\u0080-\\u00bf]`,
    `\\u00e2[\\u0080-\\u009f\\u20ac\\u201a\\u201e\\u2020\\u2122\\u0153]${CONTINUATION}`,
    `\\u00f0[\\u0090-\\u009f\\u0178]${CONTINUATION}{2}`,
    `(?:[\\u00ce\\u00cf\\u00d0\\u00d1]${CONTINUATION}){3}`,
    `(?:[\\u00e3-\\u00e9]${CONTINUATION}{2}){2}`,
  ].join('|'),
  'u',
);

/**
 * What is wrong with the encoding of a text.
 *
 * @returns `lone surrogate`, `replacement character` (U+FFFD: bytes were lost), `mojibake` (UTF-8 read as Latin-1 or
 *   Windows-1252), or undefined.
 */
export function encodingFault(text: string): string | undefined {
  if (/\p{Surrogate}/u.test(text)) return 'lone surrogate';
  if (text.includes('\ufffd')) return 'replacement character';
  return MISREAD.test(text) ? 'mojibake' : undefined;
}
