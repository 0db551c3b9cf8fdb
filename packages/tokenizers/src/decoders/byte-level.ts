import { CHARACTER_TO_BYTE } from '../byte-alphabet.ts';
import type { Fields } from '../json/fields.ts';
import { type ByteLevelOptions, readByteLevelOptions } from '../pre-tokenizers/byte-level.ts';
import type { Decoder } from './decoder.ts';

/**
 * Turns characters of the byte alphabet back into bytes and reads them as UTF-8. All tokens are
 * joined first, since a character's bytes may lie in several; bytes that form no character become
 * U+FFFD. A token with a character outside the alphabet (an added one) stands for itself.
 */
export class ByteLevelDecoder implements Decoder {
  private readonly options: Required<ByteLevelOptions>;

  /** @param options - Only kept for the file. */
  constructor(options: ByteLevelOptions = {}) {
    this.options = { add_prefix_space: true, trim_offsets: true, use_regex: true, ...options };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): ByteLevelDecoder {
    return new ByteLevelDecoder(readByteLevelOptions(fields));
  }

  decodeChain(tokens: readonly string[]): readonly string[] {
    const bytes: number[] = [];
    for (const token of tokens) appendBytes(bytes, token);
    return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  }

  toJson() {
    return { type: 'ByteLevel', ...this.options };
  }
}

function appendBytes(bytes: number[], token: string): void {
  const start = bytes.length;
  for (const character of token) {
    const byte = CHARACTER_TO_BYTE.get(character);
    if (byte === undefined) {
      bytes.length = start;
      for (const each of new TextEncoder().encode(token)) bytes.push(each);
      return;
    }
    bytes.push(byte);
  }
}
