import { widthAt } from './code-points.ts';

/**
 * A character of a rewritten text, and how it came to be: 0 if it stands for one character of the
 * text before, 1 if it was added behind the one before it, -n if n further characters went into it.
 */
export type Change = readonly [character: string, change: number];

/**
 * A stretch of text that remembers which part of the input each of its characters comes from, while
 * normalizers rewrite it and pre-tokenizers cut it: the Rust library's NormalizedString. Places in
 * the input are counted in code points.
 */
export class AlignedText {
  /** The text as it is now. */
  readonly text: string;
  /** For each UTF-16 unit of the text, where what it stands for begins in the input. */
  readonly starts: Int32Array;
  /** For each UTF-16 unit of the text, where what it stands for ends in the input. */
  readonly ends: Int32Array;
  /** Where the stretch begins in the input. */
  readonly origin: number;

  /** Takes its parts as they are; see {@link AlignedText.of}. */
  constructor(text: string, starts: Int32Array, ends: Int32Array, origin: number) {
    this.text = text;
    this.starts = starts;
    this.ends = ends;
    this.origin = origin;
  }

  /** An input as it came. @param text - Without lone surrogates. */
  static of(text: string): AlignedText {
    const starts = new Int32Array(text.length);
    const ends = new Int32Array(text.length);
    let place = 0;
    for (let i = 0; i < text.length; place++) {
      for (const end = i + widthAt(text, i); i < end; i++) {
        starts[i] = place;
        ends[i] = place + 1;
      }
    }
    return new AlignedText(text, starts, ends, 0);
  }

  /** A part of the text, from one UTF-16 unit to another. */
  slice(start: number, end: number): AlignedText {
    if (start === 0 && end === this.text.length) {
      // The stretch begins where its first character does, also where something was stripped.
      const origin = end > 0 ? this.starts[0]! : this.origin;
      return origin === this.origin
        ? this
        : new AlignedText(this.text, this.starts, this.ends, origin);
    }
    return new AlignedText(
      this.text.slice(start, end),
      this.starts.subarray(start, end),
      this.ends.subarray(start, end),
      start < end ? this.starts[start]! : this.origin + start,
    );
  }

  /** Parts of the text. @param ranges - Start and end of each, in turn. */
  slices(ranges: readonly number[]): AlignedText[] {
    const parts: AlignedText[] = [];
    for (let i = 0; i < ranges.length; i += 2) parts.push(this.slice(ranges[i]!, ranges[i + 1]!));
    return parts;
  }

  /** The text without some characters at its ends; it still begins where it began. */
  strip(start: number, end: number): AlignedText {
    return new AlignedText(
      this.text.slice(start, end),
      this.starts.subarray(start, end),
      this.ends.subarray(start, end),
      this.origin,
    );
  }

  /**
   * The part of the input that a stretch of the text stands for.
   *
   * @param start - First UTF-16 unit.
   * @param end - Unit after the last.
   * @returns Start and end in code points.
   */
  originalRange(start: number, end: number): [number, number] {
    if (start >= end || end > this.text.length) return [this.origin + start, this.origin + end];
    return [this.starts[start]!, this.ends[end - 1]!];
  }

  /**
   * Rewrites the text.
   *
   * @param changes - All characters of the new text.
   * @param skipped - Characters at the beginning of the old text that nothing stands for.
   */
  transform(changes: readonly Change[], skipped = 0): AlignedText {
    let length = 0;
    for (const [character] of changes) length += character.length;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    const old = this.text;
    let read = 0;
    const advance = (): void => {
      if (read < old.length) read += widthAt(old, read);
    };
    for (let i = 0; i < skipped; i++) advance();
    let write = 0;
    let text = '';
    for (const [character, change] of changes) {
      // What is added shares the place of the character before it.
      const source = change > 0 ? read - 1 : Math.min(read, old.length - 1);
      const start = source < 0 ? this.origin : this.starts[source]!;
      const end = source < 0 ? this.origin : this.ends[source]!;
      for (let i = 0; i < character.length; i++, write++) {
        starts[write] = start;
        ends[write] = end;
      }
      text += character;
      for (let i = change; i <= 0; i++) advance();
    }
    return new AlignedText(text, starts, ends, this.origin);
  }

  /** Keeps the characters that pass a test. */
  filter(keep: (character: string) => boolean): AlignedText {
    const changes: [string, number][] = [];
    let removedFirst = 0;
    for (const character of this.text) {
      if (keep(character)) changes.push([character, 0]);
      else if (changes.length === 0) removedFirst++;
      else changes.at(-1)![1]--;
    }
    return this.transform(changes, changes.length === 0 ? 0 : removedFirst);
  }

  /** Replaces each character by a text of one character or more. */
  map(replace: (character: string) => string): AlignedText {
    const changes: Change[] = [];
    for (const character of this.text) {
      let change = 0;
      for (const each of replace(character)) {
        changes.push([each, change]);
        change = 1;
      }
    }
    return this.transform(changes);
  }

  /** Puts a text before this one; it shares the place of the first character. */
  prepend(prefix: string): AlignedText {
    if (this.text === '' || prefix === '') return this;
    const width = widthAt(this.text, 0);
    const grow = (old: Int32Array) => {
      const larger = new Int32Array(prefix.length + old.length);
      larger.fill(old[0]!, 0, prefix.length + width);
      larger.set(old.subarray(width), prefix.length + width);
      return larger;
    };
    return new AlignedText(prefix + this.text, grow(this.starts), grow(this.ends), this.origin);
  }

  /**
   * Replaces stretches by a text, which shares the place of the stretch's last character.
   *
   * @param matches - Start and end of each stretch, in turn.
   * @param content - What replaces each.
   */
  replace(matches: readonly number[], content: string): AlignedText {
    if (matches.length === 0) return this;
    const texts: string[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let done = 0;
    const keep = (until: number): void => {
      texts.push(this.text.slice(done, until));
      for (let i = done; i < until; i++) {
        starts.push(this.starts[i]!);
        ends.push(this.ends[i]!);
      }
    };
    for (let i = 0; i < matches.length; i += 2) {
      keep(matches[i]!);
      const last = matches[i + 1]! - 1;
      texts.push(content);
      for (let unit = 0; unit < content.length; unit++) {
        starts.push(last < 0 ? this.origin : this.starts[last]!);
        ends.push(last < 0 ? this.origin : this.ends[last]!);
      }
      done = matches[i + 1]!;
    }
    keep(this.text.length);
    return new AlignedText(
      texts.join(''),
      Int32Array.from(starts),
      Int32Array.from(ends),
      this.origin,
    );
  }
}
