import { describe, expect, it } from 'vitest';
import { cleanText, encodingFault, TextError } from '../../src/text/index.ts';

describe('cleanText', () => {
  it.each([
    ['\ufeffa\u200bb\u00adc', 'abc'],
    ['a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['  a \t\u00a0 b  \n\n\n\n c ', 'a b\n\nc'],
    ['a\u0000\u0007\u009bb\tc', 'ab c'],
    ['e\u0301', 'é'],
    ['👩\u200d💻 می\u200cخواهم', '👩\u200d💻 می\u200cخواهم'],
    ['\u202eevil\u2066', 'evil'],
    ['', ''],
    ['   ', ''],
  ])('%j becomes %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
    expect(cleanText(clean)).toBe(clean);
  });

  it('has NFKC, and parts that can be switched off', () => {
    expect(cleanText('ﬁ Ａ', { normalization: 'NFKC' })).toBe('fi A');
    const untouched = ' a  \u200b\r\n e\u0301\u0001';
    expect(
      cleanText(untouched, {
        normalization: 'none',
        control_characters: false,
        invisible_characters: false,
        white_space: false,
      }),
    ).toBe(untouched);
  });

  it.each([
    ['un cafÃ© noir', 'mojibake'],
    ['itâ€™s', 'mojibake'],
    ['Ð¿Ñ€Ð¸Ð²ÐµÑ‚', 'mojibake'],
    ['ðŸ˜€', 'mojibake'],
    ['æ—¥æœ¬', 'mojibake'],
    ['a\ufffdb', 'replacement character'],
    ['a\ud800b', 'lone surrogate'],
  ])('refuses %j: %s', (text, reason) => {
    expect(() => cleanText(text)).toThrow(TextError);
    expect(encodingFault(text)).toBe(reason);
    if (reason === 'mojibake') expect(cleanText(text, { refuse_mojibake: false })).toBe(text);
  });

  it.each([
    'CAFÉ… là\u00a0» déjà',
    '„Äpfel“ «IRMÃ» MANHÃ”',
    'Â“x” âge pâté',
    'Привет, Ñandú Καλημέρα',
    '日本語',
  ])('takes %j for what it is', (text) => {
    expect(encodingFault(text)).toBeUndefined();
  });

  it('refuses options and values it does not know', () => {
    expect(() => cleanText('a', { nfc: true } as object)).toThrow('unknown option "nfc"');
    expect(() => cleanText('a', { normalization: 'NFD' as 'NFC' })).toThrow('got "NFD"');
    expect(() => cleanText(1 as unknown as string)).toThrow('got number');
  });
});
