import type { Normalizer } from './normalizer.ts';

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

  toJson() {
    return { type: this.form };
  }
}
