// biome-ignore-all lint/suspicious/noTemplateCurlyInString: JavaScript source as data
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConcatenation, parseStringLiteral } from '../../src/corpus/string-literal.ts';

test.each([
  ['"plain"', 'plain'],
  ["'it\\'s'", "it's"],
  ['`both " and \'`', 'both " and \''],
  ['"\\x41\\u00e4\\u{1F600}\\0"', 'Aä😀\0'],
  ['"a\\\nb\\tc"', 'ab\tc'],
  ['`price: \\${1}`', 'price: ${1}'],
])('reads %s', (source, value) => {
  expect(parseStringLiteral(`x(${source})`, 2)).toEqual({ value, end: 2 + source.length });
});

test.each(['"open', '"line\nbreak"', '`${name}`', '"\\u12"', '"\\xzz"', '"\\u{110000}"', 'name'])(
  'finds no literal in %j',
  (source) => {
    expect(parseStringLiteral(source, 0)).toBeUndefined();
  },
);

test('inverts JSON.stringify on any string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const source = JSON.stringify(text);
      expect(parseStringLiteral(source, 0)).toEqual({ value: text, end: source.length });
    }),
  );
});

test('joins literals, and refuses an operand that is none', () => {
  expect(parseConcatenation(`"a" +\n 'b' + \`c\`)`, 0)?.value).toBe('abc');
  expect(parseConcatenation('"a" + name)', 0)).toBeUndefined();
});
