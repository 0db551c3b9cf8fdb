/**
 * Configurations as transformers 5 writes them (tools/reference/nn_configs_5.py), with the weights and results of 4.56.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { openFiles } from '@llm/hub';
import { realize, type Tensor } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { difference } from '../support/difference.ts';
import { autoModelOf, readModelCase } from '../support/model-case.ts';

const folder = new URL('../fixtures/configs-5/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace('.json', ''));

describe('configurations of transformers 5', () => {
  it('cover every family', () => {
    expect(names).toHaveLength(25);
    const config = JSON.parse(readFileSync(new URL('llama-yarn.json', folder), 'utf8'));
    expect(config).toMatchObject({ rope_parameters: { rope_type: 'yarn' } });
    expect(config).not.toHaveProperty('rope_theta');
    expect(config).not.toHaveProperty('rope_scaling');
  });

  // Rotary positions are what moved; the other families run with the full tests.
  const rotary = names.filter((name) => /^(llama|mistral|qwen|gemma|phi)/.test(name));

  it.each(full ? names : rotary)('%s computes what it computed before', async (name) => {
    const fixture = readModelCase(name);
    const source = openFiles({
      'config.json': readFileSync(new URL(`${name}.json`, folder)),
      'model.safetensors': readFileSync(new URL('model.safetensors', fixture.folder)),
    });
    const model = await autoModelOf(fixture).from_pretrained(source);
    const output = model.forward(fixture.input) as Record<string, Tensor>;
    const key = 'logits' in output ? 'logits' : 'last_hidden_state';
    await realize(output[key]!);
    expect(await difference(output[key]!, fixture.output[key]!), key).toBeLessThan(1e-4);
  });
});
