import { embedding, type Tensor } from '@llm/nn';
import { expect, it } from 'vitest';
import { difference } from '../support/difference.ts';
import { autoModelOf, readModelCase } from '../support/model-case.ts';

const families = ['bert', 'distilbert-MaskedLM', 'gpt2', 'llama', 'phi3', 'gemma2', 'gemma3'];

it.each(families)('%s takes vectors in place of ids', async (name) => {
  const fixture = readModelCase(name);
  const model = await autoModelOf(fixture).from_pretrained(fixture.folder);
  const { input_ids, ...rest } = fixture.input;
  const [, table] = [...model.namedVariables()].find(([key]) =>
    /(embed_tokens|wte|word_embeddings)\.weight$/.test(key),
  )!;
  const rows = embedding(input_ids as Tensor, table);
  // As modeling_gemma2.py and modeling_gemma3.py of transformers 4.56: the one multiplies what it is given by
  // √width, of the other the table does.
  const inputs_embeds = name === 'gemma3' ? rows.mul(Math.sqrt(table.shape[1]!)) : rows;
  const output = model.forward({ ...rest, inputs_embeds }) as unknown as Record<string, Tensor>;
  const key = output.logits ? 'logits' : 'last_hidden_state';
  expect(await difference(output[key]!, fixture.output[key]!)).toBeLessThan(1e-4);
});
