import {
  AutoModelForCausalLM,
  type GenerateOptions,
  generate,
  manualSeed,
  releaseSessions,
} from '@llm/nn';
import Ajv from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { ToyVocabulary } from '../../support/toy-vocabulary.ts';

const tokenizer = new ToyVocabulary(['{"', '":', '", "', 'true', 'na', 'me']);
manualSeed(3);
const model = await AutoModelForCausalLM.from_config({
  model_type: 'gpt2',
  vocab_size: tokenizer.end + 1,
  n_embd: 16,
  n_layer: 1,
  n_head: 2,
  n_positions: 256,
});
afterAll(() => releaseSessions(model));

const base = { max_new_tokens: 200, eos_token_id: tokenizer.end, tokenizer };
const prompt = {
  input_ids: [
    [1, 2, 3],
    [4, 5, 6],
  ],
};

async function texts(options: GenerateOptions): Promise<string[]> {
  const { generated } = await generate(model, prompt, { ...base, ...options });
  return generated.map((ids) => {
    expect(ids.at(-1)).toBe(tokenizer.end);
    return tokenizer.decode(ids);
  });
}

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 8 },
    is: { type: 'array', items: { type: 'boolean' }, maxItems: 3 },
  },
  required: ['name', 'is'],
};

describe('constrained generation', () => {
  it.each<GenerateOptions>([
    {},
    { do_sample: true, seed: 1, num_return_sequences: 3 },
    { num_beams: 2 },
    { num_beams: 2, num_beam_groups: 2, diversity_penalty: 1 },
    { repetition_penalty: 3, no_repeat_ngram_size: 1 },
  ])('writes JSON of a schema with $0', async (options) => {
    const validate = new Ajv().compile(schema);
    for (const text of await texts({ ...options, json_schema: schema })) {
      expect(validate(JSON.parse(text)), text).toBe(true);
    }
  });

  it('writes texts of a regular expression', async () => {
    const options = { do_sample: true, num_return_sequences: 4, seed: 2 };
    for (const text of await texts({ ...options, regex: /(?:na|me){1,5} - \d{2}[ä-ü]?/u })) {
      expect(text).toMatch(/^(?:na|me){1,5} - \d{2}[ä-ü]?$/u);
    }
  });

  it('goes together with an assistant', async () => {
    const one = { input_ids: [[1, 2, 3]] };
    const options = { ...base, json_schema: schema };
    const want = await generate(model, one, options);
    expect(await generate(model, one, { ...options, assistant_model: model })).toEqual(want);
  });

  it('says what it needs', async () => {
    const refused: [GenerateOptions, string][] = [
      [{ regex: 'a', json_schema: true }, 'exclude each other'],
      [
        { regex: 'a', tokenizer: { decode: () => '' } },
        'want the tokenizer too, with token_bytes()',
      ],
      [{ regex: 'a', eos_token_id: [] }, 'want an eos_token_id'],
      [{ regex: '(?=a)' }, 'looks around'],
      [{ json_schema: { oneOf: [] } }, 'keyword oneOf'],
    ];
    for (const [options, message] of refused) {
      await expect(texts(options), message).rejects.toThrow(message);
    }
  });

  it('fails where the vocabulary cannot write what is wanted', async () => {
    const few = {
      decode: () => '',
      token_bytes: () => new Map([[1, new TextEncoder().encode('a')]]),
    };
    await expect(texts({ regex: 'ab', tokenizer: few })).rejects.toThrow('has no token by which');
  });
});
