import { expect, it } from 'vitest';
import { structuralKey } from '../src/key.ts';

it('is equal for equal values', () => {
  const value = () => ({
    a: [1, 2.5, 'x', null, undefined],
    b: { c: true },
    d: Float32Array.of(1, 2),
  });
  expect(structuralKey(value())).toBe(structuralKey(value()));
  const fn = () => 1;
  expect(structuralKey([fn])).toBe(structuralKey([fn]));
});

it('keeps different values apart', () => {
  class Box {
    constructor(readonly inside: number) {}
  }
  const values = [
    0,
    -0,
    1,
    '1',
    Number.NaN,
    'NaN',
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    undefined,
    'undefined',
    null,
    true,
    'true',
    1n,
    [],
    [1, 2],
    [[1], 2],
    ['1,2'],
    ['1', '2'],
    {},
    { a: 1 },
    { a: [1] },
    { a: '1' },
    { 'a":1,"b': 2 },
    { a: 1, b: 2 },
    Int32Array.of(1, 2),
    Float32Array.of(1, 2),
    () => 1,
    () => 1,
    new Box(1),
    new Box(1),
    new Map([[1, 2]]),
    new Map([[1, 3]]),
  ];
  expect(new Set(values.map(structuralKey)).size).toBe(values.length);
});
