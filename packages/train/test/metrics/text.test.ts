import { corpusTer, rouge, type SquadReference, squad, type TerOptions } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.ts';

const { hypotheses, references, ...want } = fixture<{
  hypotheses: string[];
  references: string[][];
  ter: Record<
    string,
    { score: number; edits: number; referenceLength: number; sentences: number[] }
  >;
  rouge: Record<string, number[]>[];
  squad: { prediction: string; answers: string[]; exact: number; f1: number }[];
}>('text');

describe('TER as sacreBLEU', () => {
  it.each(Object.entries(want.ter))('with %s', (text, { sentences, ...corpus }) => {
    const options = JSON.parse(text) as TerOptions;
    const edits = hypotheses.map((each, index) => {
      return corpusTer([each], [references[index]!], options).edits;
    });
    expect(edits).toEqual(sentences);
    const got = corpusTer(hypotheses, references, options);
    expect(got.edits).toBe(corpus.edits);
    expect(got.referenceLength).toBeCloseTo(corpus.referenceLength, 8);
    expect(got.score).toBeCloseTo(corpus.score, 8);
  });
});

describe('ROUGE as rouge_score', () => {
  it('gives precision, recall and F-measure of every text', () => {
    for (const [index, scores] of want.rouge.entries()) {
      const got = rouge([hypotheses[index]!], [references[index]!]);
      for (const [type, [precision, recall, fmeasure]] of Object.entries(scores)) {
        const { [type as 'rouge1']: score } = got;
        expect(score!.precision, `${type} ${index}`).toBeCloseTo(precision!, 12);
        expect(score!.recall).toBeCloseTo(recall!, 12);
        expect(score!.fmeasure).toBeCloseTo(fmeasure!, 12);
      }
    }
  });

  it('averages over texts', () => {
    const mean = want.rouge.reduce((sum, { rougeLsum }) => sum + rougeLsum![2]!, 0);
    const { rougeLsum, rouge1 } = rouge(hypotheses, references, { rouge_types: ['rougeLsum'] });
    expect(rougeLsum!.fmeasure).toBeCloseTo(mean / hypotheses.length, 12);
    expect(rouge1).toBeUndefined();
    expect(() => rouge(['a'], ['a'], { rouge_types: ['rouge9' as 'rouge1'] })).toThrow("'rouge9'");
  });
});

describe('SQuAD', () => {
  const rows = want.squad.map(({ prediction, answers }, index) => ({
    prediction: { id: `${index}`, prediction_text: prediction },
    reference: { id: `${index}`, answers: { text: answers } },
  }));

  it('scores every answer as the official script', () => {
    for (const [index, { exact, f1 }] of want.squad.entries()) {
      const { prediction, reference } = rows[index]!;
      const got = squad([prediction], [reference]);
      expect([got.exact_match, got.f1 / 100], prediction.prediction_text).toEqual([
        100 * exact,
        expect.closeTo(f1, 12),
      ]);
    }
  });

  it('counts a question without a prediction as 0', () => {
    const given = rows.slice(1).map(({ prediction }) => prediction);
    const got = squad(
      given,
      rows.map(({ reference }) => reference),
    );
    const sum = want.squad.slice(1).reduce((total, { f1 }) => total + f1, 0);
    expect(got).toMatchObject({ missing: 1, total: rows.length });
    expect(got.f1).toBeCloseTo((100 * sum) / rows.length, 10);
  });

  it('of version 2 tells questions with and without an answer apart', () => {
    const questions: SquadReference[] = [
      { id: 'a', answers: { text: ['Paris'] } },
      { id: 'b', answers: { text: [] } },
      { id: 'c', answers: { text: [] } },
    ];
    const answers = [
      { id: 'a', prediction_text: 'in Paris' },
      { id: 'b', prediction_text: '' },
      { id: 'c', prediction_text: 'Rome' },
    ];
    const got = squad(answers, questions, { version_2_with_negative: true });
    expect(got.has_answer).toEqual({ exact_match: 0, f1: expect.closeTo(200 / 3, 10), total: 1 });
    expect(got.no_answer).toEqual({ exact_match: 50, f1: 50, total: 2 });
    expect(() => squad(answers, questions)).toThrow("the question 'b' has no answer");
    expect(() => squad([{ id: 'x', prediction_text: '' }], questions)).toThrow('no question');
  });
});
