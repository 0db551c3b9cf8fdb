import {
  auroc,
  aurocOneVsRest,
  calibrationError,
  meanAveragePrecision,
  meanReciprocalRank,
  ndcg,
  pearson,
  spearman,
} from '@llm/train';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.ts';

const { binary, many, pairs, rankings, calibration } = fixture<{
  binary: { labels: number[]; scores: number[]; auroc: number }[];
  many: { labels: number[]; scores: number[][]; macro: number; weighted: number };
  pairs: { a: number[]; b: number[]; pearson: number; spearman: number }[];
  rankings: {
    gains: number[];
    ranking: number[];
    averagePrecision: number;
    ndcg: Record<string, number>;
    firstRelevant: number;
  }[];
  calibration: {
    confidences: number[];
    correct: boolean[];
    cases: { bins: number; ece: number }[];
  };
}>('scores');

describe('area under the ROC curve as scikit-learn', () => {
  it.each(binary)('two classes, ties included, case %#', ({ labels, scores, auroc: want }) => {
    expect(auroc(scores, labels)).toBeCloseTo(want, 12);
  });

  it.each(['macro', 'weighted'] as const)('one class against the others, %s', (average) => {
    expect(aurocOneVsRest(many.scores, many.labels, { average })).toBeCloseTo(many[average], 12);
  });

  it('refuses one class and scores that are no numbers', () => {
    expect(() => auroc([1, 2], [1, 1])).toThrow('both classes');
    expect(() => auroc([1, Number.NaN], [1, 0])).toThrow('score 1 is NaN');
    expect(() => auroc([1, 2], [1, 2])).toThrow('must be 0 or 1');
    expect(() => aurocOneVsRest([[1], [2]], [0, 1])).toThrow('wants a score for each of 2 classes');
  });
});

describe('correlations as scipy', () => {
  it.each(pairs)('case %#', ({ a, b, pearson: linear, spearman: ranked }) => {
    expect(pearson(a, b)).toBeCloseTo(linear, 12);
    expect(spearman(a, b)).toBeCloseTo(ranked, 12);
  });

  it('are undefined for a constant, and want two pairs', () => {
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(spearman([1, 2], [5, 5])).toBeNaN();
    expect(() => pearson([1], [1])).toThrow('at least 2 pairs');
  });
});

describe('ranked lists', () => {
  it.each(rankings)('as scikit-learn, case %#', (each) => {
    const gains = new Map(each.gains.map((gain, document) => [document, gain]));
    const relevant = [...gains].filter(([, gain]) => gain > 0).map(([document]) => document);
    expect(meanAveragePrecision([each.ranking], [relevant])).toBeCloseTo(each.averagePrecision, 12);
    for (const [k, want] of Object.entries(each.ndcg)) {
      expect(ndcg([each.ranking], [gains], { k: Number(k) })).toBeCloseTo(want, 12);
    }
    expect(meanReciprocalRank([each.ranking], [relevant])).toBe(1 / each.firstRelevant);
  });

  it('count nothing below k, and average over queries', () => {
    const lists = [
      ['a', 'b', 'c'],
      ['c', 'a'],
    ];
    const relevant = [['c'], ['c', 'b']];
    expect(meanReciprocalRank(lists, relevant, { k: 2 })).toBe(0.5);
    expect(meanAveragePrecision(lists, relevant, { k: 2 })).toBe(0.25);
    expect(ndcg(lists, relevant, { k: 1 })).toBe(0.5);
  });

  it('name what is wrong', () => {
    expect(() => ndcg([['a', 'a']], [['a']])).toThrow('lists a document twice');
    expect(() => ndcg([['a']], [[]])).toThrow('query 0 has nothing relevant');
    expect(() => ndcg([['a']], [['a']], { k: 0 })).toThrow('k must be');
  });
});

describe('calibration', () => {
  const { confidences, correct, cases } = calibration;

  it.each(cases)('$bins bins', ({ bins, ece }) => {
    const result = calibrationError(confidences, correct, { num_bins: bins });
    expect(result.ece).toBeCloseTo(ece, 12);
    expect(result.bins.reduce((sum, { count }) => sum + count, 0)).toBe(confidences.length);
  });

  it('is 0 for honest confidence and 1 for certain errors', () => {
    expect(calibrationError([0.5, 0.5], [true, false]).ece).toBe(0);
    expect(calibrationError([1, 1], [0, 0])).toMatchObject({ ece: 1, mce: 1 });
    expect(() => calibrationError([1.5], [1])).toThrow('must be a probability');
  });
});
