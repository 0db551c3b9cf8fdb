import { cumsum, embedding, type Tensor, tensor } from '@llm/nn';
import { perplexity, stridePerplexity } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.ts';

const want = fixture<{
  table: number[][];
  ids: number[];
  cases: { max_length: number; stride: number; perplexity: number }[];
  texts: number[][];
  single: Record<string, number[]>;
}>('perplexity');

/** The toy language model of tools/reference/train_metrics.py: each token sees all before it. */
function logits(ids: Tensor): Tensor {
  const rows = embedding(ids, tensor(want.table));
  return rows.add(cumsum(rows, 1).mul(0.5));
}

describe('perplexity', () => {
  it.each(want.cases)('window $max_length, stride $stride', async (each) => {
    const { max_length, stride } = each;
    const got = await stridePerplexity(logits, want.ids, { max_length, stride });
    expect(got / each.perplexity).toBeCloseTo(1, 5); // f32 logits against f64
  });

  it.each([undefined, 9])('of each text, with the first token %s', async (bos) => {
    const options = bos === undefined ? {} : { bos_token_id: bos };
    const wanted = want.single[bos === undefined ? 'None' : String(bos)]!;
    const { perplexities, mean_perplexity } = await perplexity(logits, want.texts, options);
    expect(perplexities.length).toBe(wanted.length);
    for (const [index, got] of perplexities.entries()) {
      expect(got / wanted[index]!).toBeCloseTo(1, 5); // f32 logits against f64
    }
    const mean = perplexities.reduce((sum, each) => sum + each, 0) / perplexities.length;
    expect(mean_perplexity).toBeCloseTo(mean, 10);
  });

  it('names what cannot be scored', async () => {
    await expect(perplexity(logits, [[1]])).rejects.toThrow('give bos_token_id');
    const stride = { max_length: 4, stride: 5 };
    await expect(stridePerplexity(logits, [1, 2], stride)).rejects.toThrow(
      'from 1 to max_length 4',
    );
    await expect(stridePerplexity(logits, [1], { max_length: 4 })).rejects.toThrow('at least 2');
    const scalar = () => tensor([1, 2]);
    await expect(perplexity(scalar, [[1, 2, 3]])).rejects.toThrow(
      'wants logits [1, 3, vocabulary]',
    );
  });
});
