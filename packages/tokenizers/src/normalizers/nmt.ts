import type { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from './normalizer.ts';

/* The rules of Google's NMT: control characters go, odd spaces become plain ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
const REMOVED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
const SPACES = /[\u0009\u000a\u000c\u000d\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;
const ALL_REMOVED = new RegExp(REMOVED, 'g');
const ALL_SPACES = new RegExp(SPACES, 'g');

/** Removes control characters and makes line ends, tabs and odd spaces plain spaces. */
export class Nmt implements Normalizer {
  normalize(text: string): string {
    return text.replace(ALL_REMOVED, '').replace(ALL_SPACES, ' ');
  }

  align(text: AlignedText): AlignedText {
    return text
      .filter((character) => !REMOVED.test(character))
      .map((character) => (SPACES.test(character) ? ' ' : character));
  }

  toJson() {
    return { type: 'Nmt' };
  }
}
