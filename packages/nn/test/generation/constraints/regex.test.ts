import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRegex } from '../../../src/generation/constraints/regex.ts';
import { TokenConstraint } from '../../../src/generation/constraints/token-constraint.ts';
import { TokenTrie } from '../../../src/generation/constraints/token-trie.ts';
import { ToyVocabulary } from '../../support/toy-vocabulary.ts';

const vocabulary = new ToyVocabulary([]);
const trie = new TokenTrie(vocabulary.bytes);
const constraintOf = (pattern: string | RegExp) =>
  new TokenConstraint({ root: parseRegex(pattern), rules: new Map() }, vocabulary.bytes, trie);

function accepts(constraint: TokenConstraint, text: string): boolean {
  const state = constraint.stateAfter([...new TextEncoder().encode(text)]);
  return state !== undefined && constraint.accepts(state);
}

const patterns = [
  'abc',
  'a|bc|',
  '(a|b)*c+d?',
  '(?:ab){2,3}',
  'a{0}b{2,}',
  '(?<year>\\d{4})-\\d\\d',
  '[a-c\\d_-]+',
  '[^a-y\\n]',
  '.',
  '\\w+\\s\\W',
  '[äöü€😀-😂]{1,2}',
  '\\x41\\u00e4\\u{1F600}',
  '^a(b|c)$',
  '((a*)*b?)*',
  'a+?b*?',
  '[\\]\\\\^-]*',
  '\\.\\*\\{\\/',
  '[𐀀-􏿿]',
];

describe('regular expressions', () => {
  it.each(patterns)('%s takes the texts that JavaScript takes', (source) => {
    const constraint = constraintOf(new RegExp(source, 'u'));
    const whole = new RegExp(`^(?:${source})$`, 'u');
    const character = fc.constantFrom(
      ...'abcdxyzA019_-.*{/]^\\ \n\r\tä€ö😀😁😂\u2028\u{10000}\u{10FFFF}',
    );
    const text = fc.array(character, { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (each) => {
        expect(accepts(constraint, each)).toBe(whole.test(each));
      }),
      { numRuns: 300 },
    );
    for (const each of ['abc', 'a', '', 'ababab', 'bb', '2024-05', 'Aä😀', 'ab', '😁', '.*{/']) {
      expect(accepts(constraint, each), each).toBe(whole.test(each));
    }
  });

  it('lets the dot of a text take ends of lines, and that of a RegExp with the flag s', () => {
    expect(accepts(constraintOf('.'), '\n')).toBe(true);
    expect(accepts(constraintOf(/./su), '\n')).toBe(true);
    expect(accepts(constraintOf(/./u), '\n')).toBe(false);
  });

  it.each([
    ['(?=a)b', 'looks around'],
    ['(?<!a)b', 'looks around'],
    ['(a)\\1', 'has \\1'],
    ['\\bword', 'has \\b'],
    ['\\p{L}', 'has \\p'],
    ['\\q', 'has \\q, which is no escape'],
    ['a^', 'has ^ behind its beginning'],
    ['$a', 'has $ before its end'],
    ['(a', 'is not closed'],
    ['a)', 'nothing opens'],
    ['[a', 'a bracket that is not closed'],
    ['[b-a]', 'not in order'],
    ['*', 'nothing to repeat'],
    ['a{x}', 'a brace that is no count'],
    ['a{3,2}', 'from 3 to 2 times'],
    ['a{99999}', 'more than 10000 times'],
    ['\\xZZ', 'without its number'],
    ['a\\', 'ends with a backslash'],
    ['^*', 'repeats ^'],
  ])('%s is refused by name', (source, message) => {
    expect(() => parseRegex(source)).toThrow(message);
  });

  it('refuses flags that change the meaning', () => {
    expect(() => parseRegex(/a/i)).toThrow('the flag i is not supported');
  });

  it('holds hostile patterns within limits', () => {
    const constraint = constraintOf('(a|aa|a?){1,40}b');
    expect(accepts(constraint, `${'a'.repeat(60)}b`)).toBe(true);
    expect(() => constraintOf('((((a{1,99}){1,99}){1,99}){1,99}){1,9999}')).not.toThrow();
  });
});
