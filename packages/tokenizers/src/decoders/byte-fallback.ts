import type { Decoder } from './decoder.ts';

const BYTE_TOKEN = /^<0x([\da-fA-F]{2})>$/;

/**
 * Turns tokens such as `<0xE2>` back into bytes; a run of them that is no UTF-8 becomes one U+FFFD
 * for each byte.
 */
export class ByteFallback implements Decoder {
  decodeChain(tokens: readonly string[]): readonly string[] {
    const result: string[] = [];
    let bytes: number[] = [];
    const flush = (): void => {
      if (bytes.length === 0) return;
      try {
        const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
        result.push(decoder.decode(Uint8Array.from(bytes)));
      } catch {
        for (const _ of bytes) result.push('\ufffd');
      }
      bytes = [];
    };
    for (const token of tokens) {
      const byte = BYTE_TOKEN.exec(token);
      if (byte !== null) {
        bytes.push(Number.parseInt(byte[1]!, 16));
      } else {
        flush();
        result.push(token);
      }
    }
    flush();
    return result;
  }

  toJson() {
    return { type: 'ByteFallback' };
  }
}
