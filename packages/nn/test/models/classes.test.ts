import { AutoModelForCausalLM, type Family, supportedModelTypes } from '@llm/nn';
import { generate } from '@llm/nn/generation';
import * as models from '@llm/nn/models';
import { LlamaForCausalLM } from '@llm/nn/models/llama';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src/pretrained/family.ts';
import type { TaskName } from '../../src/pretrained/task-names.ts';
import { readModelCase } from '../support/model-case.ts';

const families = Object.values(models).filter((value): value is Family => 'tasks' in value);

describe('classes of families', () => {
  it('are there for every family and every task, by Python’s names', () => {
    expect(families.map(({ model_type }) => model_type).sort()).toEqual(supportedModelTypes());
    const names = families.flatMap((family) =>
      (Object.keys(family.tasks) as TaskName[]).map((task) => architectureOf(family, task)),
    );
    const exported = Object.entries(models).flatMap(([name, value]) =>
      'from_pretrained' in value ? [name] : [],
    );
    expect(exported.sort()).toEqual(names.sort());
    expect(exported).toContain('LlamaForCausalLM');
    expect(exported).toContain('BertForSequenceClassification');
  });

  it('load what AutoModel… loads', async () => {
    const { folder } = readModelCase('llama');
    const model = await LlamaForCausalLM.from_pretrained(folder);
    const same = await AutoModelForCausalLM.from_pretrained(folder);
    const options = { max_new_tokens: 4 };
    const ids = await generate(model, { input_ids: [[1, 2, 3]] }, options);
    expect(ids).toEqual(await generate(same, { input_ids: [[1, 2, 3]] }, options));
  });

  it('make models of their own family and task', () => {
    const small = { vocab_size: 8, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2 };
    const config = { ...small, intermediate_size: 8, num_key_value_heads: 2 };
    const model = LlamaForCausalLM.from_config(config);
    expect(model.architecture).toBe('LlamaForCausalLM');
    expect(model.config.model_type).toBe('llama');
    expect(() => LlamaForCausalLM.from_config({ model_type: 'gpt2' })).toThrow(
      'LlamaForCausalLM: got model_type "gpt2", want \'llama\'; AutoModel… finds the class of any model',
    );
  });

  it('refuse checkpoints of other families', async () => {
    const { folder } = readModelCase('gpt2');
    await expect(LlamaForCausalLM.from_pretrained(folder)).rejects.toThrow(
      'LlamaForCausalLM: got model_type "gpt2"',
    );
  });
});
