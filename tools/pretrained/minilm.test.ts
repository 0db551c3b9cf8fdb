/**
 * all-MiniLM-L6-v2 against sentence-transformers (tools/reference/pretrained_minilm.py).
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { AutoModel, decodeTensors, type Tensor, tensor } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import { expect, it } from 'vitest';
import { minilm } from './weights.ts';

const fixture = decodeTensors(
  readFileSync(new URL('fixtures/minilm.safetensors', import.meta.url)),
);
const texts = JSON.parse(fixture.metadata.get('texts')!) as string[];
/** Longer texts are cut off, as `sentence_bert_config.json` says. */
const LONGEST = 256;

it('MiniLM-L6 embeds sentences as sentence-transformers does', async () => {
  const tokenizer = await AutoTokenizer.from_pretrained(minilm);
  const model = await AutoModel.from_pretrained(minilm);
  const inputs = tokenizer(texts, { padding: true, truncation: true, max_length: LONGEST });
  const { last_hidden_state } = model.forward(inputs);
  const mask = tensor(inputs.attention_mask!).unsqueeze(-1).to('f32'); // [texts, length, 1]
  const means = last_hidden_state.mul(mask).sum(1).div(mask.sum(1)); // [texts, width]
  const wanted = fixture.tensors.embeddings!;
  const cosines = await means.mul(wanted).sum(-1).div(lengths(means)).div(lengths(wanted)).data();
  console.log(`MiniLM-L6: smallest cosine of ${texts.length} texts ${Math.min(...cosines)}`);
  expect(cosines).toHaveLength(texts.length);
  for (const [i, cosine] of cosines.entries()) {
    expect(cosine, texts[i]!.slice(0, 60)).toBeGreaterThanOrEqual(0.9999);
  }
});

/** Euclidean length of each row. */
function lengths(rows: Tensor): Tensor {
  return rows.mul(rows).sum(-1).sqrt();
}
