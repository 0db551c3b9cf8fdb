import type { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from './normalizer.ts';

const MARK = /\p{M}/u;
const MARKS = /\p{M}+/gu;

/** Removes combining marks; accents that are part of a character need NFD before. */
export class StripAccents implements Normalizer {
  normalize(text: string): string {
    return text.replace(MARKS, '');
  }

  align(text: AlignedText): AlignedText {
    return text.filter((character) => !MARK.test(character));
  }

  toJson() {
    return { type: 'StripAccents' };
  }
}
