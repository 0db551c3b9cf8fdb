import { expect, it } from 'vitest';
import { WordCache } from '../src/word-cache.ts';

/** Asks for each word, in the middle of a text; returns how many had to be made. */
function ask(cache: WordCache<string>, words: readonly string[]): number {
  let made = 0;
  for (const word of words) {
    const value = cache.get(`<${word}>`, 1, word.length + 1, (text) => {
      made++;
      return `value of ${text}`;
    });
    if (value !== `value of ${word}`) throw new Error(`${word}: ${value}`);
  }
  return made;
}

it('makes the value of a word once', () => {
  const cache = new WordCache<string>();
  expect(ask(cache, ['a', 'ab', '', 'ba', '\ud83d\ude00', 'a', 'ab', ''])).toBe(5);
});

it('is emptied when it has too many words or too long ones, and goes on', () => {
  const cache = new WordCache<string>();
  const many = Array.from({ length: 60_000 }, (_, index) => `word ${index}`);
  expect(ask(cache, many)).toBe(60_000);
  expect(ask(cache, many.slice(-5000))).toBe(0);
  const long = Array.from({ length: 6000 }, (_, index) => `${index}`.padEnd(256, 'x'));
  expect(ask(cache, long)).toBe(6000);
  expect(ask(cache, long.slice(-1000))).toBe(0);
  // Longer ones are not remembered.
  expect(ask(cache, ['x'.repeat(257), 'x'.repeat(257)])).toBe(2);
});
