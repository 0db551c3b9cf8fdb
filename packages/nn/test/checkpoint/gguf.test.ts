import { readFile } from 'node:fs/promises';
import { openFiles } from '@llm/hub';
import { AutoModelForCausalLM, decodeTensors, loadConfig } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { readModelCase } from '../support/model-case.ts';

const fixture = async (path: string) =>
  new Uint8Array(await readFile(new URL(`../fixtures/${path}`, import.meta.url)));
const open = async (model: string) =>
  openFiles({ [`${model}.gguf`]: await fixture(`gguf/${model}.gguf`) });

describe.each(['llama', 'qwen2', 'qwen3', 'gemma2'])('%s from GGUF', (name) => {
  it('has the weights and the names of transformers', async () => {
    const model = await AutoModelForCausalLM.from_pretrained(await open(name), {
      config: name === 'gemma2' ? { query_pre_attn_scalar: 6 } : {},
    });
    const wanted = decodeTensors(await fixture(`models/${name}/model.safetensors`)).tensors;
    const state = model.stateDict();
    expect(model.load_report).toMatchObject({ missing: [], unexpected: [], misshaped: [] });
    for (const [key, tensor] of Object.entries(wanted)) {
      const [got, want] = [await state[key]!.data(), await tensor.data()];
      // Gemma's norms went through an addition of 1 in f32.
      const tolerance = name === 'gemma2' && key.endsWith('norm.weight') ? 2 ** -23 : 0;
      expect(got.length, key).toBe(want.length);
      expect(
        got.every((value, i) => Math.abs(value - want[i]!) <= tolerance),
        key,
      ).toBe(true);
    }
  });

  it('carries its settings', async () => {
    const stored = JSON.parse(
      new TextDecoder().decode(await fixture(`models/${name}/config.json`)),
    ) as Record<string, unknown>;
    const config = await loadConfig(await open(name));
    for (const [key, value] of Object.entries(config)) {
      const wanted = stored[key] ?? (key === 'tie_word_embeddings' ? true : undefined);
      if (typeof value === 'number') expect(value, key).toBeCloseTo(wanted as number, 7);
      else expect(value, key).toEqual(wanted);
    }
    expect(Object.keys(config).length).toBeGreaterThan(12);
  });
});

it('computes what the safetensors file computes', async () => {
  const { input, output } = readModelCase('llama');
  const model = await AutoModelForCausalLM.from_pretrained(await open('llama'));
  const { logits } = model.forward(input);
  const [got, want] = [await logits.data(), await output.logits!.data()];
  expect(got.length).toBe(want.length);
  expect(got.every((value, i) => Math.abs(value - want[i]!) < 1e-4)).toBe(true);
});

it('names architectures and tensors that it does not know', async () => {
  const bytes = await fixture('gguf/llama.gguf');
  const text = (from: string, to: string) => {
    const copy = Buffer.from(bytes);
    copy.write(to, copy.indexOf(from), 'utf8');
    return openFiles({ 'model.gguf': copy });
  };
  const load = (source: ReturnType<typeof openFiles>) =>
    AutoModelForCausalLM.from_pretrained(source);
  await expect(load(text('llama', 'lxama'))).rejects.toThrow(
    'the architecture "lxama" is not supported; supported are llama, qwen2',
  );
  await expect(load(text('attn_q', 'attn_x'))).rejects.toThrow(
    'architecture llama has no tensor "blk.0.attn_x.weight"',
  );
});
