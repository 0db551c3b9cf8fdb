import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { IDENTIFIED_LANGUAGES, identifyLanguage, languageStep } from '../../../src/text/index.ts';
import heldOut from '../fixtures/languages.json' with { type: 'json' };

const accuracy = (cases: readonly (readonly [string, string])[]) =>
  cases.filter(([language, text]) => identifyLanguage(text).language === language).length /
  cases.length;

describe('identifyLanguage', () => {
  it('tells held-out texts of its 31 languages', () => {
    expect(Object.keys(heldOut)).toEqual(IDENTIFIED_LANGUAGES);
    const cases = Object.entries(heldOut).flatMap(([language, texts]) =>
      texts.map((text) => [language, text] as const),
    );
    expect(cases.length).toBeGreaterThan(700);
    expect(accuracy(cases)).toBeGreaterThan(0.96);
  });

  it('tells the messages of the TypeScript compiler, which it was not trained on', () => {
    const folder = new URL('.', `file://${createRequire(import.meta.url).resolve('typescript')}`);
    const folders = 'cs de es fr it ja ko pl pt-br ru tr zh-cn'.split(' ');
    const cases = folders.flatMap((name) => {
      const file = new URL(`${name}/diagnosticMessages.generated.json`, folder);
      return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
        .filter((text) => text.length >= 40)
        .map((text) => [name.slice(0, 2), text] as const);
    });
    expect(cases.length).toBeGreaterThan(10_000);
    expect(accuracy(cases)).toBeGreaterThan(0.97);
  });

  it.each([
    ['en', 'The weather was fine, and we walked along the river until it got dark.'],
    ['de', 'Am Sonntag gehen wir mit den Kindern in den Zoo und essen danach ein Eis.'],
    ['fr', 'Le chat dort sur le canapé pendant que la pluie tombe dehors.'],
    ['vi', 'Hôm nay trời mưa nên chúng tôi ở nhà và đọc sách.'],
    ['zh', '昨天晚上我和朋友一起去看了一场电影。'],
    ['ja', '昨日は友達と一緒に映画を見に行きました。'],
    ['th', 'เมื่อวานนี้ฉันไปดูหนังกับเพื่อน'],
    ['hi', 'कल मैं अपने दोस्त के साथ फिल्म देखने गया।'],
    ['und', 'Χθες πήγα στον κινηματογράφο με τους φίλους μου.'],
    ['und', 'ਮੈਂ ਕੱਲ੍ਹ ਬਾਜ਼ਾਰ ਗਿਆ ਸੀ।'],
    ['und', '12345 --- !!!'],
    ['und', ''],
  ])('is %s: %s', (language, text) => {
    const found = identifyLanguage(text);
    expect(found.language).toBe(language);
    expect(found.probability).toBeGreaterThan(0.5);
    expect(found.probability).toBeLessThanOrEqual(1);
  });

  it('is unknown below the probability wanted', () => {
    const { guesses } = identifyLanguage('ok');
    expect(identifyLanguage('ok', { min_probability: 1 })).toEqual({
      language: 'und',
      probability: 1 - guesses[0]!.probability,
      guesses,
    });
    expect(guesses).toHaveLength(3);
  });

  it('stays small', () => {
    expect(
      statSync(new URL('../../../src/text/language/weights.ts', import.meta.url)).size,
    ).toBeLessThan(100_000);
  });

  it('refuses options and languages it does not know', () => {
    expect(() => identifyLanguage('a', { min_probability: 2 })).toThrow('[0, 1], got 2');
    expect(() => identifyLanguage('a', { threshold: 0.5 } as object)).toThrow('unknown option');
    expect(() => languageStep(['el'])).toThrow('cannot tell "el"');
  });
});
