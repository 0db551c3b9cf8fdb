/** A vocabulary for tests: every byte, some texts of several, and an end token behind them. */
export class ToyVocabulary {
  readonly bytes: ReadonlyMap<number, Uint8Array>;
  /** Id of the end token. */
  readonly end: number;

  constructor(texts: readonly string[]) {
    const encoder = new TextEncoder();
    this.bytes = new Map([
      ...Array.from({ length: 256 }, (_, byte) => [byte, Uint8Array.of(byte)] as const),
      ...texts.map((text, i) => [256 + i, encoder.encode(text)] as const),
    ]);
    this.end = this.bytes.size;
  }

  token_bytes(): ReadonlyMap<number, Uint8Array> {
    return this.bytes;
  }

  /** The text of tokens. @throws TypeError if it is no UTF-8 */
  decode(ids: readonly number[]): string {
    const bytes = ids.filter((id) => id !== this.end).flatMap((id) => [...this.bytes.get(id)!]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes),
    );
  }
}
