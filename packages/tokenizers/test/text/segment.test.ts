import { describe, expect, it } from 'vitest';
import {
  removeStopWords,
  STOP_WORD_LANGUAGES,
  splitSentences,
  splitWords,
  stopWords,
} from '../../src/text/index.ts';

describe('words and sentences', () => {
  it.each([
    ['en', "Don't panic, it's 42!", ["Don't", 'panic', "it's", '42']],
    ['zh', '我们喜欢音乐。', ['我们', '喜欢', '音乐']],
    ['ja', '私の犬は大きい。', ['私', 'の', '犬', 'は', '大きい']],
    ['th', 'สวัสดีชาวโลก', ['สวัสดี', 'ชาว', 'โลก']],
  ])('cuts %s into words', (language, text, words) => {
    expect(splitWords(text, { language })).toEqual(words);
  });

  it.each([
    ['en', 'Mr. Hill came. He left (cf. Fig. 2). Why? Because!', 4],
    ['zh', '今天下雨。我们不去了！你呢？', 3],
    ['ja', 'これはペンです。あれは本です。', 2],
    ['de', 'Das ist z.B. Tee. Er ist heiß.', 2],
    ['en', 'A heading\nA sentence', 2],
    ['en', '   ', 0],
  ])('cuts %s %j into %i sentences', (language, text, count) => {
    const sentences = splitSentences(text, { language });
    expect(sentences).toHaveLength(count);
    expect(sentences.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
  });

  it('says what is missing or malformed', () => {
    const { Segmenter } = Intl;
    try {
      Reflect.deleteProperty(Intl, 'Segmenter');
      expect(() => splitWords('a')).toThrow('no Intl.Segmenter');
    } finally {
      Object.assign(Intl, { Segmenter });
    }
    expect(() => splitWords('a', { language: '??' })).toThrow('BCP 47');
    expect(() => splitSentences('a', { lang: 'en' } as object)).toThrow('unknown option "lang"');
  });
});

describe('stop words', () => {
  it('have a list for every language named', async () => {
    for (const language of STOP_WORD_LANGUAGES) {
      expect((await stopWords(language)).size, language).toBeGreaterThan(10);
    }
    await expect(stopWords('xx')).rejects.toThrow('no list for "xx"');
  });

  it('are removed whatever their case', async () => {
    expect(removeStopWords('The cat AND the hat', await stopWords('en'))).toEqual(['cat', 'hat']);
  });
});
