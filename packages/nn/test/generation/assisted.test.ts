import {
  AutoModelForCausalLM,
  AutoModelForSeq2SeqLM,
  type CausalLM,
  type GenerateOptions,
  generate,
  releaseSessions,
  type Seq2SeqLM,
  stream,
} from '@llm/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelCase } from '../support/model-case.ts';

const llama = readModelCase('llama');
const prompt = { input_ids: [[3, 4, 5, 6, 3, 4]] };
let model: CausalLM;
let other: CausalLM;
beforeAll(async () => {
  model = await AutoModelForCausalLM.from_pretrained(llama.folder);
  other = await AutoModelForCausalLM.from_pretrained(readModelCase('qwen3').folder);
});
afterAll(() => {
  releaseSessions(model);
  releaseSessions(other);
});

const settings: [string, GenerateOptions][] = [
  ['greedily', {}],
  ['with processors', { repetition_penalty: 1.4, no_repeat_ngram_size: 3 }],
  ['by chance', { do_sample: true, seed: 4, top_k: 0 }],
  ['by chance among few', { do_sample: true, seed: 5, top_k: 4, temperature: 2 }],
];

describe.each(settings)('an assistant changes nothing %s', (_, options) => {
  const run = async (more: GenerateOptions = {}) => {
    const all = { max_new_tokens: 24, eos_token_id: 99, ...options, ...more };
    return (await generate(model, prompt, all)).generated;
  };

  it('if it guesses badly, well, or by looking back', async () => {
    // Drawing on the device sums in f32, on the host in f64; both see the same random numbers.
    const want = await run({ output_scores: true });
    expect(want[0]).toHaveLength(24);
    expect(await run({ assistant_model: other })).toEqual(want);
    expect(await run({ assistant_model: model, num_assistant_tokens: 5 })).toEqual(want);
    const adapting = { num_assistant_tokens_schedule: 'heuristic_transient' } as const;
    expect(await run({ assistant_model: other, ...adapting })).toEqual(want);
    expect(await run({ prompt_lookup_num_tokens: 6 })).toEqual(want);
    const sure = { assistant_confidence_threshold: 0, num_assistant_tokens: 3 };
    expect(await run({ assistant_model: model, ...sure })).toEqual(want);
  });
});

describe('assisted generation', () => {
  it('streams tokens one by one and stops where the text ends', async () => {
    const options = { max_new_tokens: 10, assistant_model: other, eos_token_id: 99 };
    const [want] = (await generate(model, prompt, { max_new_tokens: 10, eos_token_id: 99 }))
      .generated;
    const streamed: (number | undefined)[] = [];
    for await (const [token] of stream(model, prompt, options)) streamed.push(token);
    expect(streamed).toEqual(want);
    const end = want!.indexOf(want![4]!) + 1;
    const ended = await generate(model, prompt, { ...options, eos_token_id: want![4]! });
    expect(ended.generated).toEqual([want!.slice(0, end)]);
  });

  it('works for encoder-decoders', async () => {
    const fixture = readModelCase('t5');
    const t5 = (await AutoModelForSeq2SeqLM.from_pretrained(fixture.folder)) as Seq2SeqLM;
    const small = await AutoModelForSeq2SeqLM.from_pretrained(readModelCase('t5-v1.1').folder);
    const inputs = { input_ids: [[9, 8, 7, 6, 2]] };
    const options = { max_new_tokens: 20, eos_token_id: 99 };
    const want = await generate(t5, inputs, options);
    for (const assistant_model of [t5, small]) {
      expect(await generate(t5, inputs, { ...options, assistant_model })).toEqual(want);
    }
    releaseSessions(t5);
    releaseSessions(small);
  });

  it('keeps within the last position of the model', async () => {
    const gpt2 = await AutoModelForCausalLM.from_pretrained(readModelCase('gpt2').folder);
    const options = { max_new_tokens: 100, eos_token_id: 99 };
    const want = await generate(gpt2, prompt, options);
    expect(want.sequences[0]).toHaveLength(32);
    expect(await generate(gpt2, prompt, { ...options, prompt_lookup_num_tokens: 9 })).toEqual(want);
    expect(await generate(gpt2, prompt, { ...options, assistant_model: gpt2 })).toEqual(want);
    releaseSessions(gpt2);
  });

  it('says what it cannot do', async () => {
    const two = { input_ids: [prompt.input_ids[0]!, prompt.input_ids[0]!] };
    const assisted = { assistant_model: other };
    await expect(generate(model, two, assisted)).rejects.toThrow('wants one prompt: got 2');
    const t5 = await AutoModelForSeq2SeqLM.from_pretrained(readModelCase('t5').folder);
    const mixed = { assistant_model: t5 };
    await expect(generate(model, prompt, mixed)).rejects.toThrow('of the same kind');
    const gpt2 = await AutoModelForCausalLM.from_pretrained(readModelCase('gpt2').folder);
    const long = { assistant_model: gpt2, max_new_tokens: 40 };
    await expect(generate(model, prompt, long)).rejects.toThrow('assistant_model has 32 positions');
  });
});
