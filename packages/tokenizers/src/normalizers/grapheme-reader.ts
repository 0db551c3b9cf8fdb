/** Kinds of UTF-16 units; 0 is for those not seen yet. */
const SEPARATE = 1;
const JOINS = 2;

/** A jamo, which joins a Korean syllable before it. */
const FINAL_JAMO = '\u11a8';

/**
 * Cuts text into what a reader takes for one character: Unicode's grapheme clusters, by
 * `Intl.Segmenter`. That is slow, and most characters never join another: those are found without it.
 */
export class GraphemeReader {
  private readonly segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  private readonly kinds = new Uint8Array(0x10000);

  /** Where a run of units that are clusters of their own ends. @param start - Where it begins. */
  separateEnd(text: string, start: number): number {
    let end = start;
    while (end < text.length && this.isSeparate(text, end)) end++;
    // What follows may join the last one.
    return end > start && end < text.length ? end - 1 : end;
  }

  /** Where text that has to be segmented ends: between two separate units. @param start - Where it begins. */
  joinedEnd(text: string, start: number): number {
    let end = start + 1;
    while (end < text.length && !(this.isSeparate(text, end - 1) && this.isSeparate(text, end))) {
      end++;
    }
    return Math.min(end, text.length);
  }

  /** The clusters of a text, with their indices. */
  segment(text: string): Iterable<{ readonly segment: string; readonly index: number }> {
    return text === '' ? [] : this.segmenter.segment(text);
  }

  private isSeparate(text: string, index: number): boolean {
    const unit = text.charCodeAt(index);
    this.kinds[unit] ||= this.kindOf(text[index]!);
    return this.kinds[unit] === SEPARATE;
  }

  /** A unit is separate that joins neither a letter nor itself nor a jamo; \r joins \n. */
  private kindOf(unit: string): number {
    if (unit === '\r' || /[\ud800-\udfff]/.test(unit)) return JOINS;
    const among = `a${unit}${unit}${FINAL_JAMO}a`;
    return [...this.segmenter.segment(among)].length === among.length ? SEPARATE : JOINS;
  }
}
