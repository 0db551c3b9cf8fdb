import { BYTE_TO_CHARACTER } from '../byte-alphabet.ts';
import type { Fields } from '../json/fields.ts';
import { gpt2Split } from './gpt2-split.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

/** Words whose spelling in bytes is remembered; the memory is emptied when full. */
const CACHE_WORDS = 50_000;
/** Longer words hardly come again. */
const CACHE_WORD_LENGTH = 64;

/** Settings of {@link ByteLevel}, by their names in tokenizer.json. */
export interface ByteLevelOptions {
  /** Put a space before text that has none, so that its first word is spelled like the others. */
  add_prefix_space?: boolean;
  /** Whether offsets leave out the space before a word; kept for the file, offsets are not made. */
  trim_offsets?: boolean;
  /** Split with GPT-2's pattern; without it only the bytes are respelled. */
  use_regex?: boolean;
}

/** Splits as GPT-2 does and spells every UTF-8 byte as one character of the byte alphabet. */
export class ByteLevel implements PreTokenizer {
  private readonly options: Required<ByteLevelOptions>;
  private readonly cache = new Map<string, string>();
  private readonly encoder = new TextEncoder();

  /** @param options - Settings; all true by default, as in the Rust library. */
  constructor(options: ByteLevelOptions = {}) {
    this.options = { add_prefix_space: true, trim_offsets: true, use_regex: true, ...options };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): ByteLevel {
    return new ByteLevel(readByteLevelOptions(fields));
  }

  preTokenize(text: string): string[] {
    if (text === '') return [];
    const prefixed = this.options.add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text;
    if (!this.options.use_regex) return [this.spell(prefixed)];
    const pieces = gpt2Split(prefixed);
    for (let i = 0; i < pieces.length; i++) pieces[i] = this.spell(pieces[i]!);
    return pieces;
  }

  toJson() {
    return { type: 'ByteLevel', ...this.options };
  }

  private spell(word: string): string {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    let spelled = '';
    for (const byte of this.encoder.encode(word)) spelled += BYTE_TO_CHARACTER[byte];
    if (word.length <= CACHE_WORD_LENGTH) {
      if (this.cache.size >= CACHE_WORDS) this.cache.clear();
      this.cache.set(word, spelled);
    }
    return spelled;
  }
}

/** The three settings that a ByteLevel pre-tokenizer, post-processor or decoder carries in a file. */
export function readByteLevelOptions(fields: Fields): Required<ByteLevelOptions> {
  return {
    add_prefix_space: fields.boolean('add_prefix_space', true),
    trim_offsets: fields.boolean('trim_offsets', true),
    use_regex: fields.boolean('use_regex', true),
  };
}
