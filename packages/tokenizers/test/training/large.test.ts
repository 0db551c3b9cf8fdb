import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { writeTokenizerJson } from '../../src/components/index.ts';
import { type TrainTokenizerOptions, trainTokenizer } from '../../src/index.ts';
import large from '../fixtures/training/large.json' with { type: 'json' };
import { trainingCorpus } from '../support/training-corpus.ts';

const MINUTES = 60_000;
/** Of a sum of some thousand scores, relative: the Rust library adds up in the order of a hash map. */
const SCORE_TOLERANCE = 1e-5;

const corpus = full ? trainingCorpus() : [];

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const digest = (lines: readonly string[]) => ({
  count: lines.length,
  sha256: sha256(lines.join('\n')),
});

/** The characters behind WordPiece's prefix, whose ids would follow a hash map. */
function insideAlphabet(): string[] {
  const characters = new Set(corpus.flatMap((text) => Array.from(text.replace(/\s/gu, ''))));
  return [...characters]
    .sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
    .map((character) => `##${character}`);
}

// A minute in all, most of it for Unigram.
describe.skipIf(!full)('training on 5 MB equals Python', () => {
  it('reads the same corpus', () => {
    expect(sha256(JSON.stringify(corpus))).toBe(large.corpus);
  });

  it.each(large.cases.map((each) => [each.model, each.pre_tokenizer.type, each] as const))(
    '%s behind %s',
    async (_, __, each) => {
      const {
        inside_alphabet = false,
        special_tokens = [],
        ...options
      } = each.options as {
        inside_alphabet?: boolean;
        special_tokens?: string[];
      };
      const tokenizer = await trainTokenizer(corpus, {
        model: each.model,
        pre_tokenizer: each.pre_tokenizer,
        special_tokens: inside_alphabet ? [...special_tokens, ...insideAlphabet()] : special_tokens,
        ...options,
      } as TrainTokenizerOptions);
      const { model } = JSON.parse(writeTokenizerJson(tokenizer.backend));
      if (each.model === 'Unigram') {
        const vocab = model.vocab as [string, number][];
        const byCodePoint = (a: string, b: string) =>
          Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(digest(vocab.map(([piece]) => piece).sort(byCodePoint))).toEqual(each.pieces);
        const sum = vocab.reduce((total, [, score]) => total + score, 0);
        expect(Math.abs(sum / each.score_sum! - 1)).toBeLessThan(SCORE_TOLERANCE);
        return;
      }
      const tokens = Object.entries(model.vocab as Record<string, number>).sort(
        ([, a], [, b]) => a - b,
      );
      expect(digest(tokens.map(([token]) => token))).toEqual(each.tokens);
      if (each.merges === undefined) return;
      const merges = (model.merges as (string | string[])[]).map((merge) =>
        typeof merge === 'string' ? merge : merge.join(' '),
      );
      expect(digest(merges)).toEqual(each.merges);
    },
    5 * MINUTES,
  );
});
