import type { Decoder } from './decoder.ts';

/** Several decoders, one after the other. */
export class DecoderSequence implements Decoder {
  private readonly decoders: readonly Decoder[];

  /** @param decoders - In the order of their application. */
  constructor(decoders: readonly Decoder[]) {
    this.decoders = decoders;
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    return this.decoders.reduce((result, decoder) => decoder.decodeChain(result), tokens);
  }

  toJson() {
    return { type: 'Sequence', decoders: this.decoders.map((each) => each.toJson()) };
  }
}
