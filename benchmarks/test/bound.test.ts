import { expect, test } from 'vitest';
import { limitRow } from '../harness/bound.ts';
import { verdict } from '../harness/table.ts';

const context = { suite: 'test', log: () => {} };
const limit = {
  name: 'heap growth',
  unit: 'MB',
  against: 'limit',
  limit: 1,
  threads: 2,
  load: null,
  values: [0.5],
};

test('a figure within its limit passes, one beyond it falls short', () => {
  expect(limitRow(context, limit)).toMatchObject({ ours: 0.5, peerValue: 1, ratio: 2 });
  expect(verdict(limitRow(context, limit))).toBe('pass');
  expect(verdict(limitRow(context, { ...limit, values: [1.1] }))).toBe('short');
});

test('nothing, or less than nothing, is a large finite ratio', () => {
  expect(limitRow(context, { ...limit, values: [0] }).ratio).toBe(1000);
  expect(limitRow(context, { ...limit, values: [-3] }).ratio).toBe(1000);
});

test('load voids a figure that depends on time', () => {
  expect(verdict(limitRow(context, { ...limit, load: 0.5 }))).toBe('void');
});
