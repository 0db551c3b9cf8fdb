import type { AlignedText } from '../aligned-text.ts';
import type { Normalizer } from './normalizer.ts';

/** Several normalizers, one after the other. */
export class NormalizerSequence implements Normalizer {
  private readonly normalizers: readonly Normalizer[];

  /** @param normalizers - In the order of their application. */
  constructor(normalizers: readonly Normalizer[]) {
    this.normalizers = normalizers;
  }

  normalize(text: string): string {
    return this.normalizers.reduce((result, normalizer) => normalizer.normalize(result), text);
  }

  align(text: AlignedText): AlignedText {
    return this.normalizers.reduce((result, normalizer) => normalizer.align(result), text);
  }

  toJson() {
    return { type: 'Sequence', normalizers: this.normalizers.map((each) => each.toJson()) };
  }
}
