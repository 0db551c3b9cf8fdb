/** Turns ids into text one at a time, for showing a generation while it runs. */
export class DecodeStream {
  private readonly decode: (ids: readonly number[]) => string;
  /** Ids already shown, which the decoder may need as context. */
  private shown: number[] = [];
  private pending: number[] = [];

  /** @param decode - Turns ids into text. */
  constructor(decode: (ids: readonly number[]) => string) {
    this.decode = decode;
  }

  /**
   * Takes one id.
   *
   * @param id - The next id.
   * @returns The text that became certain; empty while a character's bytes are incomplete.
   */
  step(id: number): string {
    this.pending.push(id);
    const text = this.newText();
    // U+FFFD at the end: the last character is waiting for bytes, or the bytes are wrong.
    if (text === '' || text.endsWith('\ufffd')) return '';
    this.shown = this.pending;
    this.pending = [];
    return text;
  }

  /** The text still held back, at the end of the generation. */
  end(): string {
    const text = this.newText();
    this.shown = [];
    this.pending = [];
    return text;
  }

  private newText(): string {
    return this.decode([...this.shown, ...this.pending]).slice(this.decode(this.shown).length);
  }
}
