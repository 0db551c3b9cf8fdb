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

/** Format characters that the Rust library's tables do not have: they end with Unicode 8. */
const NEWER_FORMATS = String.raw`\u0890\u0891\u08e2\u{110cd}\u{13430}-\u{1343f}`;
/** The same for accents; the ranges hold older characters of other kinds, too. */
const NEWER_ACCENTS = String.raw`\u07fd\u0897-\u08e1\u09fe\u0afa-\u0aff\u0b55\u0c04-\u0c3c\u0d00\u0d3b\u0d3c\u0d81\u0eba\u0ece\u180f-\u1886\u1abf-\u1aeb\u1df6-\u1dfb\ua82c\ua8c5\ua8ff\ua9bd\u{10d24}-\u{10f85}\u{11070}-\u{11074}\u{110c2}\u{111c9}\u{111cf}\u{1123e}-\u{11241}\u{1133b}\u{113bb}-\u{1145e}\u{1182f}-\u{1612f}\u{16f4f}\u{16fe4}\u{1cf00}-\u{1cf46}\u{1e000}-\u{1e6f5}\u{1e944}-\u{1e94a}`;
const CLEANED = new RegExp(
  String.raw`[\0\ufffd\p{Cf}\p{Co}](?<![${NEWER_FORMATS}])|(?![\t\n\r])\p{Cc}`,
  'u',
);
const SPACE = /\p{White_Space}/u;
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;
/** U+1734 and U+1171E were accents once. */
const ACCENT = new RegExp(String.raw`[\p{Mn}\u1734\u{1171e}](?<![${NEWER_ACCENTS}])`, 'u');
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
