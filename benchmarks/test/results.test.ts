import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Results, readResults, update, writeResults } from '../harness/results.ts';
import { makeRow } from './make-row.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-benchmark-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const results = (cases: readonly string[], commit: string, cpu = 'CPU'): Results => ({
  suite: 'test',
  date: '2020-01-02T03:04:05Z',
  commit,
  cpu,
  cores: 2,
  memoryGiB: 8,
  platform: 'linux x64',
  node: 'v20',
  rows: cases.map((name) => ({ ...makeRow({ case: name }), date: '2020', commit })),
});
const order = ['a', 'b', 'c'];
const written = () => readResults(folder)[0]!.rows.map((row) => `${row.case} ${row.commit}`);

test('results are read back as written', () => {
  writeResults(results(['a', 'b'], 'one'), folder);
  expect(readResults(folder)).toEqual([results(['a', 'b'], 'one')]);
});

test('an update replaces the cases run again and keeps the order of the suite', () => {
  writeResults(results(['a', 'b: loss', 'b: time', 'c'], 'one'), folder);
  writeResults(update(results(['b: loss'], 'two'), order, folder), folder);
  expect(written()).toEqual(['a one', 'b: loss two', 'c one']);
});

test('an update drops cases that the suite no longer has, and rows of another machine', () => {
  writeResults(results(['gone', 'a'], 'one'), folder);
  writeResults(update(results(['b'], 'two'), order, folder), folder);
  expect(written()).toEqual(['a one', 'b two']);
  writeResults(update(results(['c'], 'three', 'another CPU'), order, folder), folder);
  expect(written()).toEqual(['c three']);
});

test('an update leaves a case alone whose name begins that of the case run again', () => {
  const both = ['a', 'a: growth'];
  writeResults(results(both, 'one'), folder);
  writeResults(update(results(['a: growth'], 'two'), both, folder), folder);
  expect(written()).toEqual(['a one', 'a: growth two']);
  writeResults(update(results(['a'], 'three'), both, folder), folder);
  expect(written()).toEqual(['a three', 'a: growth two']);
});
