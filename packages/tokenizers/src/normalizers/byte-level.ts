import type { AlignedText } from '../aligned-text.ts';
import { spellBytes } from '../byte-alphabet.ts';
import type { Normalizer } from './normalizer.ts';

/** Spells every UTF-8 byte as one character of the byte alphabet. */
export class ByteLevelNormalizer implements Normalizer {
  normalize(text: string): string {
    return spellBytes(text);
  }

  align(text: AlignedText): AlignedText {
    return text.map(spellBytes);
  }

  toJson() {
    return { type: 'ByteLevel' };
  }
}
