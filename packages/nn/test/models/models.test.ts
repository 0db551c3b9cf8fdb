import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors } from '@llm/hub';
import { backward, type PreTrainedModel, realize, type Tensor, type TypedArray } from '@llm/nn';
import { describe, expect, it, vi } from 'vitest';
import { difference } from '../support/difference.ts';
import { autoModelOf, modelCases, readModelCase } from '../support/model-case.ts';

// Made by tools/reference/nn_models.py.
describe.each(modelCases)('%s, held to transformers', async (name) => {
  const fixture = readModelCase(name);
  const warn = vi.spyOn(console, 'warn');
  const model = await autoModelOf(fixture).from_pretrained(fixture.folder);
  const warnings = warn.mock.calls.map(String);
  warn.mockRestore();

  it('takes the checkpoint whole', () => {
    expect(warnings).toEqual([]);
    expect(model.load_report).toMatchObject({ missing: [], unexpected: [], misshaped: [] });
    expect(model.training).toBe(false);
  });

  // The same graph again takes the plan that there is.
  const outputs = (of: PreTrainedModel) =>
    flatten(of.forward({ ...fixture.input, output_hidden_states: true, output_attentions: true }));

  it('gives its outputs', async () => {
    const output = outputs(model);
    if (!output.loss) output.loss = output.last_hidden_state!.square().mean();
    expect(Object.keys(output).sort()).toEqual(Object.keys(fixture.output).sort());
    await realize(Object.values(output)); // as one graph
    for (const [key, want] of Object.entries(fixture.output)) {
      expect(await difference(output[key]!, want), key).toBeLessThan(1e-4);
    }
  });

  it('gives its gradients, and its outputs where no attention is asked for', async () => {
    const output = flatten(model.forward(fixture.input));
    model.zeroGrad();
    backward(output.loss ?? output.last_hidden_state!.square().mean());
    const variables = new Map(model.namedVariables());
    const names = Object.keys(fixture.gradient);
    expect(names.length).toBeGreaterThan(10);
    const gradients = Array.from(variables.values(), ({ grad }) => grad);
    await realize(Object.values(output), gradients);
    for (const [key, got] of Object.entries(output)) {
      expect(await difference(got, fixture.output[key]!), key).toBeLessThan(1e-4);
    }
    for (const key of names) {
      const variable = variables.get(key);
      expect(variable, `parameter ${key}`).toBeDefined();
      const got = variable!.grad ?? variable!.mul(0);
      expect(await difference(got, fixture.gradient[key]!, 1e-3), key).toBeLessThan(1e-3);
    }
    model.zeroGrad();
  });

  it('saves what it loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'model-'));
    try {
      await model.save_pretrained(folder);
      const read = async (from: URL | string, file: string) =>
        readFile(typeof from === 'string' ? join(from, file) : new URL(file, from));
      const saved = parseSafetensors(await read(folder, 'model.safetensors')).tensors;
      const stored = parseSafetensors(await read(fixture.folder, 'model.safetensors')).tensors;
      expect([...saved.keys()].sort()).toEqual([...stored.keys()].sort());
      for (const [key, { data, ...description }] of stored) {
        expect(saved.get(key), key).toMatchObject(description);
        expectSameBytes(saved.get(key)!.data, data, key);
      }
      expect(JSON.parse(String(await read(folder, 'config.json')))).toMatchObject(fixture.config);
      const again = await autoModelOf(fixture).from_pretrained(folder);
      const [first, second] = [outputs(model), outputs(again)];
      await realize(first);
      await realize(second);
      for (const [key, want] of Object.entries(first)) {
        expectSameBytes(await second[key]!.data(), await want.data(), key);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** As `toEqual`, which goes from number to number. */
function expectSameBytes(got: TypedArray, want: TypedArray, label: string): void {
  const [a, b] = [got, want].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  expect(a!.equals(b!), label).toBe(true);
}

/** Tensors of an output by name; those of a list by name and position. */
function flatten(output: object): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(output).flatMap(([key, value]) =>
      Array.isArray(value) ? value.map((each, i) => [`${key}.${i}`, each]) : [[key, value]],
    ),
  );
}
