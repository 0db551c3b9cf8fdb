import type { AlignedText } from '../aligned-text.ts';
import { spellBytes } from '../byte-alphabet.ts';
import type { Fields } from '../json/fields.ts';
import { Pattern } from '../pattern/pattern.ts';
import { piecesOf } from './pieces-of.ts';
import type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizer.ts';

/** GPT-2's pattern. */
const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

let gpt2: Pattern | undefined;

/** Settings of {@link ByteLevel}, by their names in tokenizer.json. */
export interface ByteLevelOptions {
  /** Put a space before text that has none, so that its first word is spelled like the others. */
  add_prefix_space?: boolean;
  /** Whether offsets leave out the space before a word; the post-processor does it. */
  trim_offsets?: boolean;
  /** Split with GPT-2's pattern; without it only the bytes are respelled. */
  use_regex?: boolean;
}

/** Splits as GPT-2 does and spells every UTF-8 byte as one character of the byte alphabet. */
export class ByteLevel implements PreTokenizer {
  readonly halves: PreTokenizerHalves;
  private readonly options: Required<ByteLevelOptions>;

  /** @param options - Settings; all true by default, as in the Rust library. */
  constructor(options: ByteLevelOptions = {}) {
    this.options = { add_prefix_space: true, trim_offsets: true, use_regex: true, ...options };
    const { add_prefix_space, use_regex } = this.options;
    this.halves = {
      ...(add_prefix_space && { whole: (text: string) => this.prefixed(text) }),
      ...(use_regex && { cuts: gpt2Cuts }),
      rewrite: spellBytes,
    };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): ByteLevel {
    return new ByteLevel(readByteLevelOptions(fields));
  }

  preTokenize(text: string): string[] {
    return text === '' ? [] : piecesOf(this.halves, text, true);
  }

  align(text: AlignedText): AlignedText[] {
    if (text.text === '') return [];
    const prefixed = this.wantsSpace(text.text) ? text.prepend(' ') : text;
    const pieces = this.options.use_regex ? prefixed.slices(gpt2Cuts(prefixed.text)) : [prefixed];
    return pieces.map((piece) => piece.map(spellBytes));
  }

  toJson() {
    return { type: 'ByteLevel', ...this.options };
  }

  private prefixed(text: string): string {
    return this.wantsSpace(text) ? ` ${text}` : text;
  }

  private wantsSpace(text: string): boolean {
    return this.options.add_prefix_space && !text.startsWith(' ');
  }
}

/** The pattern matches every character, so that the matches are all there is. */
function gpt2Cuts(text: string): number[] {
  gpt2 ??= new Pattern(GPT2_PATTERN);
  return gpt2.findAll(text);
}

/**
 * Splits text with GPT-2's pattern; the pieces joined are the text.
 *
 * @param text - Any text.
 * @returns The pieces, none empty.
 */
export function gpt2Split(text: string): string[] {
  return piecesOf({ cuts: gpt2Cuts }, text, true);
}

/** The three settings that a ByteLevel pre-tokenizer, post-processor or decoder carries in a file. */
export function readByteLevelOptions(fields: Fields): Required<ByteLevelOptions> {
  return {
    add_prefix_space: fields.boolean('add_prefix_space', true),
    trim_offsets: fields.boolean('trim_offsets', true),
    use_regex: fields.boolean('use_regex', true),
  };
}
