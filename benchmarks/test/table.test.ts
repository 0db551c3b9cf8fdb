import { expect, test } from 'vitest';
import { markdownTable, textTable, verdict } from '../harness/table.ts';
import { fill } from '../report.ts';
import { makeRow } from './make-row.ts';

const row = makeRow();

test('a verdict needs a bar and a quiet machine', () => {
  expect(verdict(row)).toBe('pass');
  expect(verdict({ ...row, ratio: 2.99 })).toBe('short');
  expect(verdict({ ...row, bar: null })).toBe('');
  expect(verdict({ ...row, void: 'load 1.20 from other programs' })).toBe('void');
});

test('the table shows the figures to three digits and the reason of a void row', () => {
  const lines = textTable([row, { ...row, void: 'load 1.20 from other programs' }]).split('\n');
  expect(lines[1]).toMatch(
    /^matmul 512³ +GFLOP\/s +99.6 +peer 1.0 +25 +3.98 +3 +pass +2 \/ 1 +0.05$/,
  );
  expect(lines.at(-1)).toBe('  matmul 512³, peer: void, load 1.20 from other programs');
});

test('a peer that could not run is named with the reason', () => {
  const absent = { ...row, ours: null, peerValue: null, ratio: null, note: 'unsupported: no Foo' };
  const table = markdownTable([absent]);
  expect(table).toContain('| unsupported |');
  expect(table).toContain('- matmul 512³, peer: unsupported: no Foo');
});

test('the report replaces what lies between its markers, and nothing else', () => {
  const page = [
    'before',
    '<!-- results: written by `npm run bench:report` -->',
    'old',
    '<!-- end of results -->',
    'after',
  ].join('\n');
  const results = {
    suite: 'wasm',
    date: '2020-01-02T03:04:05Z',
    commit: 'abc',
    cpu: 'CPU',
    cores: 2,
    memoryGiB: 8,
    platform: 'linux x64',
    node: 'v20',
    rows: [{ ...row, date: '2020', commit: 'abc' }],
  };
  const filled = fill(page, [results]);
  expect(filled).toMatch(/^before\n/);
  expect(filled).toMatch(/\nafter$/);
  expect(filled).not.toContain('old');
  expect(filled).toContain('1 pass, 0 short, 0 void');
  expect(fill(filled, [results])).toBe(filled);
  expect(() => fill('no markers', [])).toThrow('wants the markers');
});
