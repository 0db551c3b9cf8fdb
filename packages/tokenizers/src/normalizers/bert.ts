import type { AlignedText } from '../aligned-text.ts';
import type { Fields } from '../json/fields.ts';
import { Lowercase } from './lowercase.ts';
import type { Normalizer } from './normalizer.ts';
import { UnicodeForm } from './unicode.ts';

/** Settings of {@link BertNormalizer}, by their names in tokenizer.json. */
export interface BertNormalizerOptions {
  /** Remove control characters and make white space plain spaces; true by default. */
  clean_text?: boolean;
  /** Put spaces around Chinese characters; true by default. */
  handle_chinese_chars?: boolean;
  /** Remove accents; if null, as `lowercase`. */
  strip_accents?: boolean | null;
  /** Make letters small; true by default. */
  lowercase?: boolean;
}

const CLEANED = /[\0\ufffd\p{Cf}\p{Co}]|(?![\t\n\r])\p{Cc}/u;
const SPACE = /\p{White_Space}/u;
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;
const ACCENT = /\p{Mn}/u;
const ALL_CLEANED = new RegExp(CLEANED, 'gu');
const ALL_SPACES = new RegExp(SPACE, 'gu');
const ALL_CHINESE = new RegExp(CHINESE, 'gu');
const ALL_ACCENTS = new RegExp(ACCENT, 'gu');
/** Nothing here to be cleaned, spaced or stripped. */
const PLAIN = /^[\x20-\x7e]*$/;

const lowercase = new Lowercase();
const decomposition = new UnicodeForm('NFD');

/** What BERT does to text before it is split. */
export class BertNormalizer implements Normalizer {
  private readonly options: Readonly<Required<BertNormalizerOptions>>;

  /** @param options - Settings. */
  constructor(options: BertNormalizerOptions = {}) {
    this.options = {
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
      ...options,
    };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): BertNormalizer {
    return new BertNormalizer({
      clean_text: fields.boolean('clean_text'),
      handle_chinese_chars: fields.boolean('handle_chinese_chars'),
      strip_accents: fields.raw('strip_accents') == null ? null : fields.boolean('strip_accents'),
      lowercase: fields.boolean('lowercase'),
    });
  }

  private get stripsAccents(): boolean {
    return this.options.strip_accents ?? this.options.lowercase;
  }

  normalize(text: string): string {
    let result = text;
    if (!PLAIN.test(text)) {
      if (this.options.clean_text) {
        result = result.replace(ALL_CLEANED, '').replace(ALL_SPACES, ' ');
      }
      if (this.options.handle_chinese_chars) result = result.replace(ALL_CHINESE, ' $& ');
      if (this.stripsAccents) result = result.normalize('NFD').replace(ALL_ACCENTS, '');
    }
    return this.options.lowercase ? lowercase.normalize(result) : result;
  }

  align(text: AlignedText): AlignedText {
    let result = text;
    if (this.options.clean_text) {
      result = result
        .filter((character) => !CLEANED.test(character))
        .map((character) => (SPACE.test(character) ? ' ' : character));
    }
    if (this.options.handle_chinese_chars) result = spaceChinese(result);
    if (this.stripsAccents) {
      result = decomposition.align(result).filter((character) => !ACCENT.test(character));
    }
    return this.options.lowercase ? lowercase.align(result) : result;
  }

  toJson() {
    return { type: 'BertNormalizer', ...this.options };
  }
}

function spaceChinese(text: AlignedText): AlignedText {
  return text.transform(
    Array.from(text.text).flatMap((character): [string, number][] =>
      // The Rust library counts the character itself as added behind the space.
      CHINESE.test(character)
        ? [
            [' ', 0],
            [character, 1],
            [' ', 1],
          ]
        : [[character, 0]],
    ),
  );
}
