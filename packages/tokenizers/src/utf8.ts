/**
 * Bytes that a stretch of text takes in UTF-8; half a surrogate pair counts as U+FFFD.
 *
 * @param text - The text.
 * @param start - First UTF-16 unit.
 * @param end - Unit after the last.
 */
export function utf8Length(text: string, start: number, end: number): number {
  let bytes = 0;
  for (let i = start; i < end; ) {
    const codePoint = text.codePointAt(i)!;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    i += codePoint > 0xffff ? 2 : 1;
  }
  return bytes;
}

/**
 * Where tokens that follow each other stand in a text, given their lengths in bytes. A token that
 * begins or ends inside a character covers all of it.
 *
 * @param text - The text.
 * @param widths - Bytes of each token.
 * @returns First UTF-16 unit of each token, and the one after its last.
 */
export function utf8Spans(
  text: string,
  widths: readonly number[],
): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  // The character at `unit` takes the bytes from `byte` to `byte + size`.
  let unit = 0;
  let byte = 0;
  let size = 0;
  let units = 1;
  const enter = (index: number): void => {
    unit = index;
    units = unit < text.length && text.codePointAt(unit)! > 0xffff ? 2 : 1;
    size = unit < text.length ? utf8Length(text, unit, unit + units) : 0;
  };
  enter(0);
  let position = 0;
  for (const width of widths) {
    while (position >= byte + size && unit < text.length) {
      byte += size;
      enter(unit + units);
    }
    starts.push(unit);
    position += width;
    while (position > byte + size && unit < text.length) {
      byte += size;
      enter(unit + units);
    }
    ends.push(Math.min(text.length, unit + units));
  }
  return { starts, ends };
}
