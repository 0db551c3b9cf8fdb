import { expect, test } from 'vitest';
import { cyclesOf } from '../../layers/cycles.ts';

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

test('a diamond is no cycle', () => {
  expect(cyclesOf(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
});

test('names the files of a cycle, wherever the walk enters', () => {
  expect(cyclesOf(graph({ a: ['b'], b: ['c'], c: ['d'], d: ['b'] }))).toEqual([
    ['b', 'c', 'd', 'b'],
  ]);
});

test('a file that imports itself is a cycle', () => {
  expect(cyclesOf(graph({ a: ['a'] }))).toEqual([['a', 'a']]);
});
