/** Reports one change of a pair's count in a word: the pair, and +1 or -1. */
export type PairChange = (left: number, right: number, change: 1 | -1) => void;

/** The words of a corpus as symbols, in one array; merging shortens a word in place. */
export class WordList {
  private readonly symbols: Int32Array;
  /** Characters in each symbol. */
  private readonly widths: Int32Array;
  private readonly starts: Int32Array;
  private readonly lengths: Int32Array;

  /** @param words - Ids of the characters of each word. */
  constructor(words: Iterable<readonly number[]>) {
    let symbols = new Int32Array(1024);
    const starts: number[] = [];
    const lengths: number[] = [];
    let used = 0;
    for (const word of words) {
      if (used + word.length > symbols.length) {
        const larger = new Int32Array(2 * (used + word.length));
        larger.set(symbols);
        symbols = larger;
      }
      symbols.set(word, used);
      starts.push(used);
      lengths.push(word.length);
      used += word.length;
    }
    this.symbols = symbols.slice(0, used);
    this.widths = new Int32Array(used).fill(1);
    this.starts = Int32Array.from(starts);
    this.lengths = Int32Array.from(lengths);
  }

  /** Words in the list. */
  get size(): number {
    return this.starts.length;
  }

  /** Calls `visit` for each pair of neighbours in a word. */
  forEachPair(word: number, visit: (left: number, right: number) => void): void {
    const start = this.starts[word]!;
    const end = start + this.lengths[word]!;
    for (let i = start; i + 1 < end; i++) visit(this.symbols[i]!, this.symbols[i + 1]!);
  }

  /**
   * Replaces each occurrence of a pair in a word, from the left, by one symbol.
   *
   * @param word - Index of the word.
   * @param left - First symbol of the pair.
   * @param right - Second symbol of the pair.
   * @param merged - The symbol that replaces them.
   * @param maxWidth - New pairs are only reported if together they have fewer characters.
   * @param report - Called for each pair that went or came.
   */
  merge(
    word: number,
    left: number,
    right: number,
    merged: number,
    maxWidth: number,
    report: PairChange,
  ): void {
    const { symbols, widths } = this;
    const start = this.starts[word]!;
    const end = start + this.lengths[word]!;
    let write = start;
    for (let read = start; read < end; write++) {
      if (symbols[read] !== left || read + 1 >= end || symbols[read + 1] !== right) {
        symbols[write] = symbols[read]!;
        widths[write] = widths[read]!;
        read++;
        continue;
      }
      const width = widths[read]! + widths[read + 1]!;
      if (write > start) {
        report(symbols[write - 1]!, left, -1);
        if (widths[write - 1]! + width < maxWidth) report(symbols[write - 1]!, merged, 1);
      }
      read += 2;
      if (read < end) {
        report(right, symbols[read]!, -1);
        if (widths[read]! + width < maxWidth) report(merged, symbols[read]!, 1);
      }
      symbols[write] = merged;
      widths[write] = width;
    }
    this.lengths[word] = write - start;
  }
}
