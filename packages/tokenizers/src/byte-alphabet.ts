/**
 * GPT-2's alphabet of bytes: every byte is written as one visible character, so that a byte-level
 * vocabulary is plain text. Printable Latin-1 stands for itself; the other 68 bytes take the
 * characters from U+0100 on, in order (a space is `Ġ`, a newline `Ċ`).
 */
export const BYTE_TO_CHARACTER: readonly string[] = makeAlphabet();

/** The byte that a character of the alphabet stands for. */
export const CHARACTER_TO_BYTE: ReadonlyMap<string, number> = new Map(
  BYTE_TO_CHARACTER.map((character, byte) => [character, byte]),
);

const encoder = new TextEncoder();
/** Texts of characters that stand for themselves. */
const VISIBLE = /^[!-~]*$/;

/** A text with each of its UTF-8 bytes written as a character of the alphabet. */
export function spellBytes(text: string): string {
  if (VISIBLE.test(text)) return text;
  let spelled = '';
  for (const byte of encoder.encode(text)) spelled += BYTE_TO_CHARACTER[byte];
  return spelled;
}

function makeAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(visible ? byte : next++);
  });
}
