import type { PreTokenizerHalves } from './pre-tokenizer.ts';

/** What both halves of a pre-tokenizer make of a text: its pieces. */
export function piecesOf(
  { whole, cuts, rewrite }: PreTokenizerHalves,
  text: string,
  atStart: boolean,
): string[] {
  const given = whole?.(text, atStart) ?? text;
  const places = cuts?.(given) ?? [0, given.length];
  const pieces = new Array<string>(places.length / 2);
  for (let i = 0; i < pieces.length; i++) {
    const piece = given.slice(places[2 * i], places[2 * i + 1]);
    pieces[i] = rewrite?.(piece) ?? piece;
  }
  return pieces;
}
