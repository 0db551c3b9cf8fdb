import type { AlignedText, Change } from '../aligned-text.ts';
import { TokenizerFileError } from '../json/error.ts';
import type { Fields } from '../json/fields.ts';
import { CharacterMap } from './charsmap.ts';
import type { Normalizer } from './normalizer.ts';

/** Longer groups of characters are looked up one character at a time. */
const MAX_GROUP_BYTES = 5;
/** Characters that form no group with what follows or comes before. */
const SEPARATE = /^[\x20-\x7e]$/;
/** So many groups are remembered; then the memory is emptied. */
const MAX_KNOWN = 20_000;

/** SentencePiece's rules for characters, as its model files carry them. */
export class Precompiled implements Normalizer {
  private readonly encoded: string;
  private readonly map: CharacterMap;
  private readonly known = new Map<string, string | undefined>();
  private readonly encoder = new TextEncoder();
  private readonly segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

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
    for (const part of this.parts(text)) result += this.replacement(part) ?? part;
    return result;
  }

  align(text: AlignedText): AlignedText {
    const changes: [string, number][] = [];
    let modified = false;
    for (const part of this.parts(text.text)) {
      const replacement = this.replacement(part);
      if (replacement === undefined) {
        for (const character of part) changes.push([character, 0]);
      } else {
        modified = true;
        replaceWith(changes, [...part].length, [...replacement]);
      }
    }
    return modified ? text.transform(changes as readonly Change[]) : text;
  }

  /** The stretches of a text that are looked up: groups that the map has, and else characters. */
  private *parts(text: string): Generator<string> {
    for (const group of this.groups(text)) {
      if (group.length === 1) yield group;
      else if (this.byteLength(group) <= MAX_GROUP_BYTES && this.replacement(group) !== undefined) {
        yield group;
      } else yield* group;
    }
  }

  /** What a reader takes for one character (Unicode's grapheme clusters). */
  private *groups(text: string): Generator<string> {
    let start = 0;
    while (start < text.length) {
      // Segmenting is slow, and plain characters are groups of their own, unless a mark follows.
      if (
        SEPARATE.test(text[start]!) &&
        (start + 1 === text.length || text.charCodeAt(start + 1) < 0x7f)
      ) {
        yield text[start++]!;
        continue;
      }
      let end = start + 1;
      while (end < text.length && !(SEPARATE.test(text[end]!) && text.charCodeAt(end + 1) < 0x7f)) {
        end++;
      }
      for (const { segment } of this.segmenter.segment(text.slice(start, end))) yield segment;
      start = end;
    }
  }

  private byteLength(text: string): number {
    return this.encoder.encode(text).length;
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
