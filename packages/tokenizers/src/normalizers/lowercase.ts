import type { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from './normalizer.ts';

/** Lower case, character by character as the Rust library does: no special final sigma. */
export class Lowercase implements Normalizer {
  normalize(text: string): string {
    // Only a capital sigma is lowered by its neighbours.
    if (!text.includes('Σ')) return text.toLowerCase();
    return text
      .split('Σ')
      .map((part) => part.toLowerCase())
      .join('σ');
  }

  align(text: AlignedText): AlignedText {
    return text.map((character) => character.toLowerCase());
  }

  toJson() {
    return { type: 'Lowercase' };
  }
}
