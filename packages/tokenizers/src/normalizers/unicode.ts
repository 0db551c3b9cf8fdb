import type { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from './normalizer.ts';
import { unicodeChanges } from './unicode-changes.ts';

/** One of the four Unicode normalization forms. */
export class UnicodeForm implements Normalizer {
  private readonly form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

  /** @param form - Which form. */
  constructor(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD') {
    this.form = form;
  }

  normalize(text: string): string {
    return text.normalize(this.form);
  }

  align(text: AlignedText): AlignedText {
    if (text.text.normalize(this.form) === text.text) return text;
    return text.transform(unicodeChanges(text.text, this.form));
  }

  toJson() {
    return { type: this.form };
  }
}
