/** Words that are remembered; the memory is emptied when full. */
const MAX_WORDS = 50_000;
/** Longer words hardly come again. */
const MAX_LENGTH = 256;

/** What was worked out for the words of a text, since most words of a text come again. */
export class WordCache<Value> {
  private readonly words = new Map<string, Value>();

  /** What is known of a word, or undefined. */
  get(word: string): Value | undefined {
    return word.length > MAX_LENGTH ? undefined : this.words.get(word);
  }

  /** Remembers a word. */
  set(word: string, value: Value): void {
    if (word.length > MAX_LENGTH) return;
    if (this.words.size >= MAX_WORDS) this.words.clear();
    this.words.set(word, value);
  }
}
