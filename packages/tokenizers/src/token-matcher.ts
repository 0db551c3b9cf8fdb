/** Characters that mean something in a class of a regular expression. */
const SYNTAX = /[\\\]^-]/;

/** Texts that begin with one UTF-16 unit. */
interface Bucket {
  /** Values by text. */
  readonly values: Map<string, number>;
  /** The lengths that occur, the longest first. */
  lengths: number[];
}

/** Finds texts of a fixed list in other texts: the leftmost, and of those the longest. */
export class TokenMatcher {
  private readonly buckets = new Map<number, Bucket>();
  /** Finds the next place where any text may begin. */
  private readonly beginnings: RegExp | undefined;

  /** @param entries - Texts, none empty, with the value to be given for each. */
  constructor(entries: readonly (readonly [text: string, value: number])[]) {
    for (const [text, value] of entries) {
      const unit = text.charCodeAt(0);
      let bucket = this.buckets.get(unit);
      if (bucket === undefined) {
        bucket = { values: new Map(), lengths: [] };
        this.buckets.set(unit, bucket);
      }
      bucket.values.set(text, value);
    }
    for (const bucket of this.buckets.values()) {
      const lengths = new Set([...bucket.values.keys()].map((text) => text.length));
      bucket.lengths = [...lengths].sort((a, b) => b - a);
    }
    const units = [...this.buckets.keys()].map((unit) => String.fromCharCode(unit));
    if (units.length === 0) return;
    // Without the flag `u`, a class matches units.
    const members = units.map((unit) => (SYNTAX.test(unit) ? `\\${unit}` : unit));
    this.beginnings = new RegExp(`[${members.join('')}]`, 'g');
  }

  /** Whether there is nothing to be found. */
  get isEmpty(): boolean {
    return this.beginnings === undefined;
  }

  /**
   * The first match at or behind an index.
   *
   * @param text - Where to look.
   * @param from - Index to begin at.
   * @returns Start, end and value; undefined if there is none.
   */
  next(text: string, from: number): { start: number; end: number; value: number } | undefined {
    const { beginnings } = this;
    if (beginnings === undefined) return undefined;
    beginnings.lastIndex = from;
    while (beginnings.test(text)) {
      const start = beginnings.lastIndex - 1;
      const { lengths, values } = this.buckets.get(text.charCodeAt(start))!;
      for (const length of lengths) {
        if (start + length > text.length) continue;
        const value = values.get(text.slice(start, start + length));
        if (value !== undefined) return { start, end: start + length, value };
      }
    }
    return undefined;
  }
}
