import { seqeval, type TagScheme } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.ts';

const cases =
  fixture<
    {
      scheme: TagScheme;
      references: string[][];
      predictions: string[][];
      strict: Record<string, number[]>;
      lenient: Record<string, number[]>;
      accuracy: number;
    }[]
  >('spans');

describe.each(cases)('$scheme as seqeval', ({ scheme, references, predictions, ...want }) => {
  it.each(Object.entries(want.strict))('strict, %s', (average, scores) => {
    const options = { mode: 'strict', scheme, average: average as 'micro' } as const;
    const { precision, recall, f1 } = seqeval(predictions, references, options);
    for (const [index, got] of [precision, recall, f1].entries()) {
      expect(got).toBeCloseTo(scores[index]!, 12);
    }
  });
});

const lenient = cases.flatMap((each) =>
  Object.entries(each.lenient).map(([average, scores]) => ({ ...each, average, scores })),
);

it.each(lenient)('$scheme read leniently, $average', ({ scores, ...each }) => {
  const average = each.average as 'micro';
  const got = seqeval(each.predictions, each.references, { average });
  for (const [index, score] of [got.precision, got.recall, got.f1].entries()) {
    expect(score).toBeCloseTo(scores[index]!, 12);
  }
  expect(got.accuracy).toBeCloseTo(each.accuracy, 12);
});

it('an I- after O starts a span leniently, and none strictly', () => {
  const [predictions, references] = [[['O', 'I-PER']], [['O', 'B-PER']]];
  expect(seqeval(predictions, references).f1).toBe(1);
  expect(seqeval(predictions, references, { mode: 'strict', scheme: 'IOB2' }).f1).toBe(0);
});

it('wrong input is named', () => {
  expect(() => seqeval([['O']], [['O', 'O']])).toThrow('sentence 0 has 2 tags: got 1');
  expect(() => seqeval([['PER']], [['O']])).toThrow("got 'PER'");
  expect(() => seqeval([['E-X']], [['O']], { mode: 'strict', scheme: 'IOB2' })).toThrow("'E-X'");
  expect(() => seqeval([['O']], [['O']], { mode: 'strict' })).toThrow('wants a scheme');
  expect(() => seqeval([['O']], [['O']], { scheme: 'IOB2' })).toThrow("wants mode 'strict'");
});
