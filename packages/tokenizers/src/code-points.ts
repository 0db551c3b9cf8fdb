/** Half a surrogate pair that stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** First half of a surrogate pair. */
const SURROGATE = /[\ud800-\udbff]/;

/** A text as UTF-8 can hold it: each lone half of a surrogate pair becomes U+FFFD, of equal length. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
}

/** Units of the character that begins at an index: 2 for a surrogate pair. */
export function widthAt(text: string, index: number): 1 | 2 {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
    ? 2
    : 1;
}

/**
 * Index in UTF-16 units of each code point of a text, and of its end.
 *
 * @param text - The text.
 * @returns Indices by code point; undefined if both count alike.
 */
export function codePointIndices(text: string): Int32Array | undefined {
  if (!SURROGATE.test(text)) return undefined;
  const indices = new Int32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; i += widthAt(text, i)) indices[count++] = i;
  indices[count++] = text.length;
  return indices.subarray(0, count);
}
