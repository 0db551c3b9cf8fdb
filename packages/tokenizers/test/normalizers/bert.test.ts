import { bertNormalizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { BertNormalizer } from '../../src/normalizers/bert.ts';

/** Every character on its own, in blocks that are compared as one text. */
const blocks = Array.from({ length: 0x1100 }, (_, block) =>
  Array.from({ length: 256 }, (_, low) => 256 * block + low).filter(
    (code) => code < 0xd800 || code > 0xdfff,
  ),
).filter((codes) => codes.length > 0);

describe('BertNormalizer', () => {
  it.each([
    ['cleans', { clean_text: true, strip_accents: false }],
    ['strips accents from', { clean_text: false, strip_accents: true }],
  ])('%s every character as the Rust library does', (_, settings) => {
    const options = { handle_chinese_chars: false, lowercase: false, ...settings };
    const ours = new BertNormalizer(options);
    const rust = bertNormalizer({
      cleanText: options.clean_text,
      stripAccents: options.strip_accents,
      handleChineseChars: false,
      lowercase: false,
    });
    for (const codes of blocks) {
      // Normalization forms of newer characters are the engine's.
      const text = codes
        .map((code) => String.fromCodePoint(code))
        .filter((character) => !options.strip_accents || character.normalize('NFD') === character)
        .join(' | ');
      const wanted = rust.normalizeString(text);
      if (options.strip_accents)
        expect(ours.normalize(text).normalize('NFD')).toBe(wanted.normalize('NFD'));
      else expect(ours.normalize(text)).toBe(wanted);
    }
  });
});
