import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type BleuOptions,
  type BleuResult,
  type BleuTokenizer,
  type ChrfOptions,
  corpusBleu,
  corpusChrf,
  sentenceBleu,
  sentenceChrf,
} from '../../src/metrics/index.ts';

interface Case {
  name: string;
  hypotheses: string[];
  references: string[][];
  bleu: Record<string, BleuResult>;
  sentences: BleuResult[];
  chrf: Record<string, number>;
}

const file = new URL('./fixtures/sacrebleu.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(file, 'utf8'));

const expectEqual = (got: BleuResult, want: BleuResult): void => {
  expect(got.score).toBeCloseTo(want.score, 8);
  expect(got.brevityPenalty).toBeCloseTo(want.brevityPenalty, 12);
  expect([got.hypothesisLength, got.referenceLength]).toEqual([
    want.hypothesisLength,
    want.referenceLength,
  ]);
  expect(got.precisions.length).toBe(4);
  for (const [index, precision] of want.precisions.entries()) {
    expect(got.precisions[index]).toBeCloseTo(precision, 8);
  }
};

describe.each(cases)('$name', ({ hypotheses, references, bleu, sentences, chrf }) => {
  test.each(Object.entries(bleu))('corpus BLEU with %s', (options, want) => {
    expectEqual(corpusBleu(hypotheses, references, JSON.parse(options) as BleuOptions), want);
  });

  test('sentence BLEU', () => {
    expect(sentences.length).toBe(hypotheses.length);
    for (const [index, want] of sentences.entries()) {
      expectEqual(sentenceBleu(hypotheses[index]!, references[index]!), want);
    }
  });

  test.each(Object.entries(chrf))('chrF with %s', (options, want) => {
    const got = corpusChrf(hypotheses, references, JSON.parse(options) as ChrfOptions);
    expect(got.score).toBeCloseTo(want, 8);
  });
});

test('published goldens of sacreBLEU: 13a, no tokenizer, intl', () => {
  const { hypotheses, references } = cases.find((one) => one.name === 'readme')!;
  const score = (tokenize: BleuTokenizer): number =>
    corpusBleu(hypotheses, references, { tokenize }).score;
  expect(score('13a')).toBeCloseTo(48.530827, 6);
  expect(score('none')).toBeCloseTo(49.1919566, 6);
  expect(score('intl')).toBeCloseTo(43.91623493, 6);
});

test('a single reference may be given as a string', () => {
  const hypotheses = ['this is a fest', 'another one here'];
  const references = ['this is a test', 'another one is here'];
  const lists = references.map((reference) => [reference]);
  expect(corpusBleu(hypotheses, references)).toEqual(corpusBleu(hypotheses, lists));
  expect(corpusChrf(hypotheses, references)).toEqual(corpusChrf(hypotheses, lists));
  expect(sentenceChrf(hypotheses[0]!, references[0]!)).toEqual(
    corpusChrf([hypotheses[0]!], [lists[0]!]),
  );
});

test('wrong input is named', () => {
  expect(() => corpusBleu(['a'], [])).toThrow(/1 hypotheses and 0 entries/);
  expect(() => corpusBleu(['a'], [[]])).toThrow(/hypothesis 0 has no reference/);
  expect(() => corpusBleu(['a'], ['a'], { tokenize: 'zh' as BleuTokenizer })).toThrow(
    /'zh' is not supported; use one of 13a, intl, none/,
  );
  expect(() => corpusBleu(['a'], ['a'], { smooth: 'exp' } as BleuOptions)).toThrow(
    /unknown option 'smooth'/,
  );
  expect(() => corpusChrf(['a'], ['a'], { characterOrder: 0 })).toThrow(/characterOrder/);
  expect(() => corpusChrf(['a'], ['a'], { wordOrder: 1.5 })).toThrow(/wordOrder/);
  expect(() => corpusChrf(['a'], ['a'], { beta: 0 })).toThrow(/beta/);
});
