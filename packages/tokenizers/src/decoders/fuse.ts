import type { Decoder } from './decoder.ts';

/** Joins all tokens to one. */
export class Fuse implements Decoder {
  decodeChain(tokens: readonly string[]): readonly string[] {
    return [tokens.join('')];
  }

  toJson() {
    return { type: 'Fuse' };
  }
}
