import { accuracy, confusionMatrix, matthewsCorrelation, precisionRecallF1 } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.ts';

const cases =
  fixture<
    {
      references: number[];
      predictions: number[];
      averages: Record<string, number[]>;
      perClass: number[][];
      accuracy: number;
      matthews: number;
      confusion: number[][];
    }[]
  >('classes');

describe.each(cases)('classes as scikit-learn, case %#', (each) => {
  const { references, predictions } = each;

  it('precision, recall and F1, averaged and per class', () => {
    for (const [key, want] of Object.entries(each.averages)) {
      const [average, zero] = key.split(' ') as ['micro', string];
      const options = { average, zero_division: Number(zero) as 0 | 1 };
      const { precision, recall, f1 } = precisionRecallF1(predictions, references, options);
      for (const [index, got] of [precision, recall, f1].entries()) {
        expect(got, key).toBeCloseTo(want[index]!, 12);
      }
    }
    const { perClass } = precisionRecallF1(predictions, references);
    expect(perClass.length).toBe(each.perClass.length);
    for (const [index, { precision, recall, f1, support }] of perClass.entries()) {
      for (const [place, got] of [precision, recall, f1, support].entries()) {
        expect(got).toBeCloseTo(each.perClass[index]![place]!, 12);
      }
    }
  });

  it('accuracy, Matthews, confusion matrix', () => {
    expect(accuracy(predictions, references)).toBeCloseTo(each.accuracy, 12);
    expect(matthewsCorrelation(predictions, references)).toBeCloseTo(each.matthews, 12);
    expect(confusionMatrix(predictions, references).counts).toEqual(each.confusion);
  });
});

it('names and numbers are labels; some may be left out', () => {
  const [predictions, references] = [
    ['cat', 'dog', 'cat'],
    ['cat', 'cat', 'dog'],
  ];
  expect(confusionMatrix(predictions, references)).toEqual({
    labels: ['cat', 'dog'],
    counts: [
      [1, 1],
      [1, 0],
    ],
  });
  const one = precisionRecallF1(predictions, references, { labels: ['cat'] });
  expect([one.precision, one.recall, one.f1]).toEqual([0.5, 0.5, 0.5]);
  expect(confusionMatrix([10, 9], [9, 9]).labels).toEqual([9, 10]);
});

it('wrong input is named', () => {
  expect(() => accuracy([1], [1, 2])).toThrow('got 1 and 2');
  expect(() => accuracy([], [])).toThrow('got no predictions');
  expect(() => confusionMatrix([3], [1], { labels: [1, 2] })).toThrow('the label 3 is not among');
  expect(() => precisionRecallF1([1], [1], { average: 'binary' as 'micro' })).toThrow("'binary'");
  expect(() => precisionRecallF1([1], [1], { beta: 2 } as object)).toThrow("unknown option 'beta'");
});
