import type { AlignedText, Change } from '../aligned-text.ts';
import { TokenizerFileError } from '../json/error.ts';
import type { Fields } from '../json/fields.ts';
import { CharacterMap } from './charsmap.ts';
import { GraphemeReader } from './grapheme-reader.ts';
import type { Normalizer } from './normalizer.ts';

/** Longer groups of characters are looked up one character at a time. */
const MAX_GROUP_BYTES = 5;
/** So many groups are remembered; then the memory is emptied. */
const MAX_KNOWN = 20_000;

/** Marks of UTF-16 units that were seen: what the map makes of them where they are groups of their own. */
const KEPT = 1;
const REPLACED = 2;

/** SentencePiece's rules for characters, as its model files carry them. */
export class Precompiled implements Normalizer {
  private readonly encoded: string;
  private readonly map: CharacterMap;
  private readonly known = new Map<string, string | undefined>();
  private readonly encoder = new TextEncoder();
  private readonly graphemes = new GraphemeReader();
  /** By UTF-16 unit: {@link KEPT}, {@link REPLACED}, or 0 if it was not looked up yet. */
  private readonly fates = new Uint8Array(0x10000);

  /**
   * @param encoded - The `precompiled_charsmap` in base64.
   * @throws Error if it is no base64 or no such map.
   */
  constructor(encoded: string) {
    this.encoded = encoded;
    let binary: string;
    try {
      binary = atob(encoded);
    } catch (cause) {
      throw new Error('precompiled_charsmap: is no base64', { cause });
    }
    this.map = new CharacterMap(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  }

  /** Reads the map from a file. */
  static read(fields: Fields): Precompiled {
    if (fields.raw('precompiled_charsmap') === null) {
      throw new TokenizerFileError(`${fields.path}.precompiled_charsmap: got null, wants base64`);
    }
    return new Precompiled(fields.string('precompiled_charsmap'));
  }

  normalize(text: string): string {
    let result = '';
    let done = 0;
    this.eachReplacement(text, (start, end, replacement) => {
      result += text.slice(done, start) + replacement;
      done = end;
    });
    return done === 0 ? text : result + text.slice(done);
  }

  align(text: AlignedText): AlignedText {
    const changes: [string, number][] = [];
    let done = 0;
    const keep = (end: number): void => {
      for (const character of text.text.slice(done, end)) changes.push([character, 0]);
      done = end;
    };
    this.eachReplacement(text.text, (start, end, replacement) => {
      keep(start);
      replaceWith(changes, [...text.text.slice(start, end)].length, [...replacement]);
      done = end;
    });
    if (done === 0) return text;
    keep(text.text.length);
    return text.transform(changes as readonly Change[]);
  }

  /** Calls `visit` for each group of characters that the map replaces, or each such character of a group. */
  private eachReplacement(
    text: string,
    visit: (start: number, end: number, replacement: string) => void,
  ): void {
    const { graphemes, fates } = this;
    for (let at = 0; at < text.length; ) {
      const end = graphemes.separateEnd(text, at);
      for (; at < end; at++) {
        const fate = fates[text.charCodeAt(at)]! || this.fateOf(text, at);
        if (fate === REPLACED) visit(at, at + 1, this.replacement(text[at]!)!);
      }
      at = graphemes.joinedEnd(text, end);
      for (const { segment, index } of graphemes.segment(text.slice(end, at))) {
        this.eachOfGroup(segment, end + index, visit);
      }
    }
  }

  private eachOfGroup(
    group: string,
    start: number,
    visit: (start: number, end: number, replacement: string) => void,
  ): void {
    const isShort = this.encoder.encode(group).length <= MAX_GROUP_BYTES;
    const whole = isShort ? this.replacement(group) : undefined;
    if (whole !== undefined) {
      visit(start, start + group.length, whole);
      return;
    }
    for (const character of group) {
      const replacement = this.replacement(character);
      if (replacement !== undefined) visit(start, start + character.length, replacement);
      start += character.length;
    }
  }

  private fateOf(text: string, at: number): number {
    const fate = this.replacement(text[at]!) === undefined ? KEPT : REPLACED;
    this.fates[text.charCodeAt(at)] = fate;
    return fate;
  }

  private replacement(part: string): string | undefined {
    if (this.known.has(part)) return this.known.get(part);
    const found = this.map.find(this.encoder.encode(part));
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(part, found);
    return found;
  }

  toJson() {
    return { type: 'Precompiled', precompiled_charsmap: this.encoded };
  }
}

/** As the Rust library counts it: what a group grows by is added, what it shrinks by goes. */
function replaceWith(changes: [string, number][], oldCount: number, characters: string[]): void {
  const growth = characters.length - oldCount;
  for (const character of characters) changes.push([character, 0]);
  for (let i = 0; i < growth; i++) changes[changes.length - 1 - i]![1] = 1;
  const last = changes.at(-1);
  if (growth < 0 && last !== undefined) last[1] += growth;
}
