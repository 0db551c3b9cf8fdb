import { hashOf, UnitTable } from './unit-table.ts';

/** Words that are remembered, and their UTF-16 units; the memory is emptied when full. */
const MAX_WORDS = 50_000;
const MAX_UNITS = 2 ** 20;
/** Longer words hardly come again. */
const MAX_LENGTH = 256;

/** What was worked out for the words of a text, since most words of a text come again. */
export class WordCache<Value> {
  private readonly words = new UnitTable(MAX_WORDS, MAX_UNITS);
  private readonly values: Value[] = [];

  /**
   * What a word has, which stands in a text.
   *
   * @param text - The text.
   * @param start - Where the word begins.
   * @param end - Where it ends.
   * @param make - Works it out where it is not known.
   */
  get(text: string, start: number, end: number, make: (word: string) => Value): Value {
    if (end - start > MAX_LENGTH) return make(text.slice(start, end));
    const hash = hashOf(text, start, end);
    const known = this.words.find(text, start, end, hash);
    if (known >= 0) return this.values[known]!;
    const value = make(text.slice(start, end));
    if (this.words.add(text, start, end, hash) < 0) {
      this.words.clear();
      this.values.length = 0;
      this.words.add(text, start, end, hash);
    }
    this.values.push(value);
    return value;
  }
}
