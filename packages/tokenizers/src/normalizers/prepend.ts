import type { AlignedText } from '../aligned-text.ts';
import type { Fields } from '../json/fields.ts';
import type { Normalizer } from './normalizer.ts';

/** Puts a text before every input that is not empty. */
export class Prepend implements Normalizer {
  private readonly prefix: string;

  /** @param prefix - What is put before. */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Prepend {
    return new Prepend(fields.string('prepend'));
  }

  normalize(text: string): string {
    return text === '' ? text : this.prefix + text;
  }

  align(text: AlignedText): AlignedText {
    return text.prepend(this.prefix);
  }

  toJson() {
    return { type: 'Prepend', prepend: this.prefix };
  }
}
