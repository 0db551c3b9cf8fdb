import { AutoModelForCausalLM, manualSeed, type Tensor, tensor } from '@llm/nn';
import {
  type Batch,
  type CollatorTokenizer,
  dataCollatorForChat,
  dataCollatorForDenoising,
  dataCollatorForElectra,
  dataCollatorForLanguageModeling,
  dataCollatorForPacking,
  dataCollatorForSeq2Seq,
  dataCollatorForSpanCorruption,
  dataCollatorWithPadding,
  packExamples,
  RandomSource,
  sentencePairs,
} from '@llm/train';
import { describe, expect, it } from 'vitest';
import { noiseSpans } from '../../src/collators/span-corruption.ts';
import { paddingTokenizer as tokenizer } from '../trainer/support.ts';

const exact = { pad_to_multiple_of: 1 };
const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, i) => start + i);

/** Rows of a column. */
async function rows(batch: Batch, name: string): Promise<number[][]> {
  return (await batch[name]!.toArray()) as unknown as number[][];
}

describe('padding', () => {
  it('fills ids, masks and labels each with their own value, on the side that is asked for', async () => {
    const items = [
      { input_ids: [5, 6, 7], label: 1, next_sentence_label: 1 },
      { input_ids: [8], label: 0, next_sentence_label: 0 },
    ];
    const batch = await dataCollatorWithPadding(tokenizer, exact)(items, new RandomSource(0));
    expect(await rows(batch, 'input_ids')).toEqual([
      [5, 6, 7],
      [8, 0, 0],
    ]);
    expect(await rows(batch, 'attention_mask')).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
    expect(await batch.labels!.toArray()).toEqual([1, 0]);
    expect(batch.next_sentence_label!.dtype).toBe('i32');
    const left = dataCollatorWithPadding(tokenizer, { ...exact, padding_side: 'left' });
    expect(await rows(await left(items, new RandomSource(0)), 'attention_mask')).toEqual([
      [1, 1, 1],
      [0, 0, 1],
    ]);
    const wide = await dataCollatorWithPadding(tokenizer)(items, new RandomSource(0));
    expect(wide.input_ids!.shape).toEqual([2, 16]);
    const short = dataCollatorWithPadding(tokenizer, { max_length: 2 });
    expect(() => short(items, new RandomSource(0))).toThrow("example 0: 'input_ids' has 3 tokens");
  });

  it('gives source and target lengths of their own', async () => {
    const items = [
      { input_ids: [5, 6, 7], labels: [9] },
      { input_ids: [8], labels: [3, 4] },
    ];
    const batch = await dataCollatorForSeq2Seq(tokenizer, exact)(items, new RandomSource(0));
    expect(batch.input_ids!.shape).toEqual([2, 3]);
    expect(await rows(batch, 'labels')).toEqual([
      [9, -100],
      [3, 4],
    ]);
  });

  it('names the example that does not fit', () => {
    const collate = dataCollatorWithPadding(tokenizer);
    const run = (items: object[]) => () => collate(items as never, new RandomSource(0));
    expect(run([])).toThrow('got no examples');
    expect(run([{ input_ids: [1] }, {}])).toThrow("example 1: there is no 'input_ids'");
    expect(run([{ input_ids: [1], text: 'a' }])).toThrow(`example 0: 'text' is "a"`);
    const { pad_token_id: _, ...without } = tokenizer;
    expect(() => dataCollatorWithPadding(without)).toThrow('the tokenizer has no pad_token');
  });
});

describe('masked language modeling', () => {
  it('hides 15 %, of them 80 % by the mask and 10 % by another token, never special ones', async () => {
    const collate = dataCollatorForLanguageModeling(tokenizer, exact);
    const text = [1, ...Array.from({ length: 4000 }, (_, i) => 3 + (i % 60)), 2];
    const batch = await collate([{ input_ids: text }], new RandomSource(3));
    const [[got], [labels]] = [await rows(batch, 'input_ids'), await rows(batch, 'labels')];
    const chosen = range(0, text.length).filter((place) => labels![place] !== -100);
    expect(chosen.every((place) => labels![place] === text[place])).toBe(true);
    expect(chosen.some((place) => [0, 1, 2, 63].includes(text[place]!))).toBe(false);
    // Bounds: five standard deviations of the binomial distributions.
    expect(Math.abs(chosen.length - 600)).toBeLessThan(115);
    const masked = chosen.filter((place) => got![place] === 63).length / chosen.length;
    const kept = chosen.filter((place) => got![place] === text[place]).length / chosen.length;
    expect(Math.abs(masked - 0.8)).toBeLessThan(0.09);
    expect(Math.abs(kept - 0.1)).toBeLessThan(0.07);
    for (const [place, id] of text.entries()) {
      if (labels![place] === -100) expect(got![place]).toBe(id);
    }
    const again = await collate([{ input_ids: text }], new RandomSource(3));
    expect(await rows(again, 'input_ids')).toEqual([got]);
    const other = await collate([{ input_ids: text }], new RandomSource(3, 1));
    expect(await rows(other, 'input_ids')).not.toEqual([got]);
  });

  it('hides whole words', async () => {
    const collate = dataCollatorForLanguageModeling(tokenizer, {
      ...exact,
      whole_word_mask: true,
      mlm_probability: 0.3,
    });
    // Tokens 3k + 2 continue the word before them.
    const text = range(3, 33);
    const batch = await collate([{ input_ids: text }], new RandomSource(1));
    const [labels] = await rows(batch, 'labels');
    const chosen = labels!.filter((label) => label !== -100);
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.length).toBeLessThanOrEqual(9);
    for (const [place, id] of text.entries()) {
      if (id % 3 === 2) expect(labels![place] === -100).toBe(labels![place - 1] === -100);
    }
  });

  it('knows words by the marks of the vocabulary', async () => {
    const collator = (id_to_token: CollatorTokenizer['id_to_token']) =>
      dataCollatorForLanguageModeling(
        { ...tokenizer, id_to_token },
        { ...exact, whole_word_mask: true, mlm_probability: 0.3 },
      );
    const text = range(3, 33);
    const hidden = async (id_to_token: CollatorTokenizer['id_to_token']) => {
      const batch = await collator(id_to_token)([{ input_ids: text }], new RandomSource(1));
      return (await rows(batch, 'labels'))[0];
    };
    const pieces = await hidden((id) => (id % 3 === 2 ? `##${id}` : `${id}`));
    // A byte-level vocabulary has some tokens with ## too.
    expect(await hidden((id) => (id % 3 === 2 ? '##' : `Ġ${id}`))).toEqual(pieces);
    expect(await hidden((id) => (id % 3 === 2 ? `${id}` : `▁${id}`))).toEqual(pieces);
    expect(() => collator((id) => `${id}`)).toThrow('set is_continuation');
  });
});

describe('span corruption', () => {
  const sentinels: CollatorTokenizer = {
    ...tokenizer,
    token_to_id: (token) => {
      const index = /^<extra_id_(\d+)>$/.exec(token)?.[1];
      return index === undefined ? undefined : 1000 - Number(index);
    },
  };

  it('gives every token to the input or to the labels, in order', async () => {
    const text = range(3, 103);
    const collate = dataCollatorForSpanCorruption(sentinels, exact);
    const batch = await collate([{ input_ids: [...text, 2] }], new RandomSource(9));
    const [[input], [labels]] = [await rows(batch, 'input_ids'), await rows(batch, 'labels')];
    expect(labels!.filter((id) => id < 900 && id !== 2)).toHaveLength(15);
    expect(input!.filter((id) => id >= 900)).toEqual(range(0, 5).map((i) => 1000 - i));
    const spans = new Map<number, number[]>();
    for (const id of labels!.slice(0, -1)) {
      if (id >= 900) spans.set(id, []);
      else [...spans.values()].at(-1)!.push(id);
    }
    expect(input!.flatMap((id) => spans.get(id) ?? id)).toEqual([...text, 2]);
    expect(labels!.at(-1)).toBe(2);
  });

  it('has exactly the density, whatever the length', () => {
    for (let length = 2; length < 200; length++) {
      const spans = noiseSpans(length, 0.15, 3, new RandomSource(length));
      const hidden = spans.reduce((sum, [start, end]) => sum + end - start, 0);
      expect(hidden).toBe(Math.min(Math.max(Math.round(length * 0.15), 1), length - 1));
      expect(spans.every(([start], i) => start > (spans[i - 1]?.[1] ?? 0))).toBe(true);
    }
  });
});

describe('denoising', () => {
  it('keeps the ends, shuffles sentences and hides spans; the labels are the text', async () => {
    const text = [1, ...range(10, 20), 5, ...range(20, 30), 5, ...range(30, 40), 5, 2];
    const plain = dataCollatorForDenoising(tokenizer, {
      ...exact,
      mask_ratio: 0,
      sentence_end_ids: [5],
    });
    const shuffled = await plain([{ input_ids: text }], new RandomSource(2));
    const [order] = await rows(shuffled, 'input_ids');
    expect([order![0], order!.at(-1)]).toEqual([1, 2]);
    expect([...order!].sort()).toEqual([...text].sort());
    expect(order!.indexOf(11)).toBe(order!.indexOf(10) + 1);
    expect(await rows(shuffled, 'labels')).toEqual([text]);

    const infill = dataCollatorForDenoising(tokenizer, { ...exact, permute_sentences: false });
    const long = [1, ...Array.from({ length: 1000 }, (_, i) => 3 + (i % 60)), 2];
    const [noised] = await rows(
      await infill([{ input_ids: long }], new RandomSource(4)),
      'input_ids',
    );
    const masks = noised!.filter((id) => id === 63).length;
    const hidden = 1002 - (noised!.length - masks);
    // 300 of the budget go to spans of 3.5 tokens on average; those without tokens use one each.
    expect(hidden + masks).toBeGreaterThan(300);
    expect(hidden).toBeGreaterThan(250);
    expect(hidden).toBeLessThanOrEqual(300);
    expect(masks).toBeGreaterThan(60);
    expect(masks).toBeLessThan(130);
  });
});

describe('ELECTRA', () => {
  it('labels the tokens that the generator changed', async () => {
    // A generator that is sure of token 7.
    const generator = ({ input_ids }: Batch): Tensor => {
      const data = new Float32Array(input_ids!.size * 64);
      for (let i = 7; i < data.length; i += 64) data[i] = 100;
      return tensor(data, [...input_ids!.shape, 64]);
    };
    const collate = dataCollatorForElectra(tokenizer, {
      ...exact,
      generator,
      mlm_probability: 0.5,
    });
    const items = [{ input_ids: [1, 7, 8, 7, 9, 10, 7, 2] }, { input_ids: [1, 7, 2] }];
    const batch = await collate(items, new RandomSource(6));
    const [ids, labels] = [await rows(batch, 'input_ids'), await rows(batch, 'labels')];
    expect(labels[0]!.includes(1)).toBe(true);
    expect(labels[1]!.slice(3)).toEqual(range(0, 5).map(() => -100));
    for (const [row, { input_ids }] of items.entries()) {
      for (const [place, id] of input_ids.entries()) {
        expect(ids[row]![place]).toBe(labels[row]![place] === 1 ? 7 : id);
        if (labels[row]![place] === 1) expect(id).not.toBe(7);
      }
    }
    expect(() => dataCollatorForElectra(tokenizer, { generator, mlm: true } as never)).toThrow(
      "'mlm'",
    );
  });
});

describe('chat', () => {
  it('has labels for what the assistant says only', async () => {
    const chat = {
      ...tokenizer,
      apply_chat_template: async (messages: readonly { role: string; content: string }[]) => ({
        input_ids: messages.flatMap(({ content }) => [1, ...content.split(' ').map(Number), 2]),
        assistant_masks: messages.flatMap(({ role, content }) => [
          0,
          ...content.split(' ').map(() => Number(role === 'assistant')),
          Number(role === 'assistant'),
        ]),
      }),
    };
    const messages = [
      { role: 'user', content: '10 11' },
      { role: 'assistant', content: '20' },
    ];
    const collate = dataCollatorForChat(chat, exact);
    const batch = await collate([{ messages }], new RandomSource(0));
    expect(await rows(batch, 'labels')).toEqual([[-100, -100, -100, -100, -100, 20, 2]]);
    const silent = [{ messages: messages.slice(0, 1) }];
    await expect(collate(silent, new RandomSource(0))).rejects.toThrow(
      'example 0: the assistant says nothing',
    );
    const cut = dataCollatorForChat(chat, { max_length: 4 });
    await expect(cut([{ messages }], new RandomSource(0))).rejects.toThrow('within 4 tokens');
    await expect(collate([{}], new RandomSource(0))).rejects.toThrow("there is no list 'messages'");
  });
});

describe('sentence pairs', () => {
  const documents = range(0, 40).map((d) => range(0, 5).map((s) => [100 + d * 5 + s, 500]));

  it('are in order or of another document, half of each', () => {
    const pairs = sentencePairs(documents, tokenizer);
    expect(pairs).toHaveLength(160);
    const wrong = pairs.filter(({ label }) => label === 1).length;
    expect(Math.abs(wrong - 80)).toBeLessThan(32); // five standard deviations
    for (const { input_ids, token_type_ids, label } of pairs) {
      const [cls, first, , sep, second] = input_ids as number[];
      expect([cls, sep]).toEqual([1, 2]);
      expect(token_type_ids).toEqual([0, 0, 0, 0, 1, 1, 1]);
      const isOther = Math.floor((first! - 100) / 5) !== Math.floor((second! - 100) / 5);
      expect(isOther).toBe(label === 1);
      if (label === 0) expect(second).toBe(first! + 1);
    }
  });

  it('are swapped, and cut to the length', () => {
    for (const { input_ids, label } of sentencePairs(documents, tokenizer, { objective: 'sop' })) {
      const [, first, , , second] = input_ids as number[];
      expect(second! - first!).toBe(label === 1 ? -1 : 1);
    }
    const long = [[range(10, 30), range(30, 35)]];
    const [pair] = sentencePairs(long, tokenizer, { objective: 'sop', max_length: 13 });
    expect(pair!.input_ids).toHaveLength(13);
    expect(() => sentencePairs([[[1]]], tokenizer)).toThrow('a document of two sentences');
  });
});

describe('packing', () => {
  const texts = [range(3, 9), range(20, 24), range(30, 33), range(40, 50)].map((input_ids) => ({
    input_ids,
  }));

  it('fits documents together, or wraps them', () => {
    const packed = packExamples(texts, { max_length: 10 });
    expect(packed.map(({ document_ids }) => document_ids)).toEqual([
      range(0, 10).map(() => 1),
      [1, 1, 1, 1, 1, 1, 2, 2, 2, 2],
      [1, 1, 1],
    ]);
    expect(packed[1]).toMatchObject({
      input_ids: [...range(3, 9), ...range(20, 24)],
      labels: [-100, ...range(4, 9), -100, ...range(21, 24)],
      position_ids: [0, 1, 2, 3, 4, 5, 0, 1, 2, 3],
    });
    const wrapped = packExamples(texts, { max_length: 7, strategy: 'wrapped' });
    expect(wrapped.map(({ input_ids }) => input_ids.length)).toEqual([7, 7, 7, 2]);
    expect(wrapped.flatMap(({ input_ids }) => input_ids)).toEqual(
      texts.flatMap(({ input_ids }) => input_ids),
    );
    expect(() => packExamples([{ input_ids: [1], labels: [] }], { max_length: 4 })).toThrow(
      'example 0 has 1 tokens and 0 labels',
    );
  });

  it.each(['gpt2', 'llama'])('says of a document what %s says of it alone', async (model_type) => {
    manualSeed(2);
    const sizes =
      model_type === 'gpt2'
        ? { n_embd: 16, n_layer: 2, n_head: 2, n_positions: 32 }
        : {
            hidden_size: 16,
            intermediate_size: 32,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            max_position_embeddings: 32,
          };
    const model = await AutoModelForCausalLM.from_config({ model_type, vocab_size: 64, ...sizes });
    model.eval();
    const batch = await dataCollatorForPacking(tokenizer, { max_length: 12 })(
      packExamples(texts, { max_length: 12 }),
      new RandomSource(0),
    );
    const { labels: _, ...inputs } = batch;
    const together = (await model.forward(inputs).logits.toArray()) as unknown as number[][][];
    const [ids, positions] = [await rows(batch, 'input_ids'), await rows(batch, 'position_ids')];
    for (const { input_ids } of texts) {
      const alone = model.forward({ input_ids: [input_ids] }).logits;
      const [want] = (await alone.toArray()) as unknown as number[][][];
      const row = ids.findIndex((list) => list.includes(input_ids[0]!));
      const start = ids[row]!.indexOf(input_ids[0]!);
      expect(positions[row]![start]).toBe(0);
      for (const [place, scores] of want!.entries()) {
        for (const [i, score] of scores.entries()) {
          expect(together[row]![start + place]![i]).toBeCloseTo(score, 5);
        }
      }
    }
  });
});
