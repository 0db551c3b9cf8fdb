import { readFileSync } from 'node:fs';
import { setDefaultDevice, type Tensor } from '@llm/nn';
import { afterAll, expect, it } from 'vitest';
import { type PipelineTask, pipeline } from '../../src/index.ts';

/** What transformers 4.56.2 gives: `tools/reference/apps_pipelines.py`. */
interface Result {
  readonly task: PipelineTask;
  readonly model: string;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

setDefaultDevice('wasm');
const folder = new URL('../fixtures/pipelines/', import.meta.url);
const results = JSON.parse(readFileSync(new URL('results.json', folder), 'utf8')) as Result[];

type AnyPipeline = ((...args: unknown[]) => Promise<unknown>) & { dispose(): void };
const loaded = new Map<string, Promise<AnyPipeline>>();
const load = (task: PipelineTask, model: string) => {
  const key = `${task} ${model}`;
  const known =
    loaded.get(key) ?? (pipeline(task, new URL(model, folder)) as unknown as Promise<AnyPipeline>);
  loaded.set(key, known);
  return known;
};
afterAll(async () => {
  for (const each of await Promise.all(loaded.values())) each.dispose();
});

it.each(results.map((result, i) => ({ name: `${i}: ${result.task}, ${result.model}`, result })))(
  '$name',
  async ({ result: { task, model, input, options, output } }) => {
    const run = await load(task, model);
    expectClose(await callAs(run, task, input, options), listed(task, options, output));
  },
);

/** Calls a pipeline in the form that JavaScript has for what Python was given. */
async function callAs(
  run: AnyPipeline,
  task: PipelineTask,
  input: unknown,
  options: Result['options'],
): Promise<unknown> {
  if (task === 'zero-shot-classification') {
    const { candidate_labels, ...rest } = options;
    return run(input, candidate_labels, rest);
  }
  const output = await run(input, options);
  return task === 'feature-extraction' ? (output as Tensor).toArray() : output;
}

/** Python's output in the lists of transformers.js. */
function listed(task: PipelineTask, options: Result['options'], output: unknown): unknown {
  const wantsList = task === 'question-answering' && ((options.top_k ?? 1) as number) > 1;
  if (wantsList && !Array.isArray(output)) return [output];
  return output;
}

/** Texts and places equal, numbers to 1e-4. */
function expectClose(got: unknown, wanted: unknown, path = 'output'): void {
  if (typeof wanted === 'number' && typeof got === 'number') {
    expect(Math.abs(got - wanted), `${path}: got ${got}, wants ${wanted}`).toBeLessThan(1e-4);
  } else if (typeof wanted === 'object' && wanted !== null) {
    expect(Object.keys(got as object).sort(), path).toEqual(Object.keys(wanted).sort());
    for (const [key, value] of Object.entries(wanted)) {
      expectClose((got as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  } else {
    expect(got, path).toEqual(wanted);
  }
}
