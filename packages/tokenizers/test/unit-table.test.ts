import { expect, it } from 'vitest';
import { hashOf, UnitTable } from '../src/unit-table.ts';

it('gives up on texts that were chosen to collide, and confuses none', () => {
  // All in one slot of the 1024 that a table for 300 texts has.
  const texts: string[] = [];
  for (let i = 0; texts.length < 300; i++) {
    const hash = hashOf(String(i), 0, String(i).length);
    if (((hash ^ (hash >>> 15)) & 1023) === 7) texts.push(String(i));
  }
  const table = new UnitTable(texts.length, texts.join('').length);
  const added = texts.map((text) => table.add(text, 0, text.length, hashOf(text, 0, text.length)));
  expect(added.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(new Set(added.slice(100))).toEqual(new Set([-1]));
  const found = texts.map((text) =>
    table.find(`<${text}>`, 1, text.length + 1, hashOf(text, 0, text.length)),
  );
  expect(found).toEqual(added);
});

it('has no room for more texts or units than it was made for', () => {
  const table = new UnitTable(2, 5);
  const add = (text: string) => table.add(text, 0, text.length, hashOf(text, 0, text.length));
  expect([add('abcd'), add('ef'), add('e'), add('')]).toEqual([0, -1, 1, -1]);
  table.clear();
  expect(table.find('abcd', 0, 4, hashOf('abcd', 0, 4))).toBe(-1);
  expect(add('ef')).toBe(0);
});
