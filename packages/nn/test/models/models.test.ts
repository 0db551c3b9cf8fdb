import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backward, decodeTensors, realize, type Tensor } from '@llm/nn';
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

  it('gives its outputs', async () => {
    const output = flatten(
      model.forward({ ...fixture.input, output_hidden_states: true, output_attentions: true }),
    );
    if (!output.loss) output.loss = output.last_hidden_state!.square().mean();
    expect(Object.keys(output).sort()).toEqual(Object.keys(fixture.output).sort());
    await realize(Object.values(output)); // as one graph
    for (const [key, want] of Object.entries(fixture.output)) {
      expect(await difference(output[key]!, want), key).toBeLessThan(1e-4);
    }
  });

  it('gives its gradients', async () => {
    const { loss, last_hidden_state } = flatten(model.forward(fixture.input));
    model.zeroGrad();
    backward(loss ?? last_hidden_state!.square().mean());
    const variables = new Map(model.namedVariables());
    const names = Object.keys(fixture.gradient);
    expect(names.length).toBeGreaterThan(10);
    await realize(
      Array.from(variables.values(), ({ grad }) => grad).filter((grad) => grad !== undefined),
    );
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
      const saved = decodeTensors(await read(folder, 'model.safetensors')).tensors;
      const stored = decodeTensors(await read(fixture.folder, 'model.safetensors')).tensors;
      expect(Object.keys(saved).sort()).toEqual(Object.keys(stored).sort());
      for (const [key, value] of Object.entries(stored)) {
        expect(await saved[key]!.data(), key).toEqual(await value.data());
      }
      expect(JSON.parse(String(await read(folder, 'config.json')))).toMatchObject(fixture.config);
      const again = await autoModelOf(fixture).from_pretrained(folder);
      const [first, second] = [model, again].map((each) => flatten(each.forward(fixture.input)));
      const key = first!.logits ? 'logits' : Object.keys(first!)[0]!;
      expect(await second![key]!.data()).toEqual(await first![key]!.data());
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Tensors of an output by name; those of a list by name and position. */
function flatten(output: object): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(output).flatMap(([key, value]) =>
      Array.isArray(value) ? value.map((each, i) => [`${key}.${i}`, each]) : [[key, value]],
    ),
  );
}
