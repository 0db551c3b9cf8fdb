/**
 * Runs in a page: models of `test/fixtures/models`, outputs and gradients held to those of transformers, with
 * `?device=…&models=…`; and with `&operations=one` or `all` operations and their gradients, held to the oracle.
 */
import { openFiles } from '@llm/hub';
import {
  type BackendDevice,
  backward,
  decodeTensors,
  getDevice,
  setDefaultDevice,
  type Tensor,
} from '@llm/nn';
import { checkOperations } from '@llm/tensor/testing';
import { autoModelOf, expectedOf } from '../support/expected.ts';
import type { Outcome } from './outcome.ts';

async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Throws unless every value is within `tolerance` of that wanted, as a share of the largest above `floor`. */
async function check(what: string, got: Tensor, want: Tensor, tolerance: number, floor: number) {
  const [a, b] = [await got.data(), await want.data()];
  if (a.length !== b.length) throw new Error(`${what}: [${got.shape}] and not [${want.shape}]`);
  let scale = floor;
  for (const each of b) scale = Math.max(scale, Math.abs(each));
  for (const [i, each] of b.entries()) {
    if (Math.abs(a[i]! - each) <= tolerance * scale) continue;
    throw new Error(`${what}: element ${i} is ${a[i]} and not ${each}`);
  }
}

async function checkModel(name: string): Promise<void> {
  const names = ['config.json', 'model.safetensors'];
  const files = Object.fromEntries(
    await Promise.all(
      names.map(async (file) => [file, await bytesOf(`/${name}/${file}`)] as const),
    ),
  );
  const { tensors } = decodeTensors(await bytesOf(`/${name}/expected.safetensors`));
  const config = JSON.parse(new TextDecoder().decode(files['config.json']));
  const fixture = expectedOf(config, tensors);
  const model = await autoModelOf(fixture).from_pretrained(openFiles(files));
  const output = model.forward(fixture.input) as { loss?: Tensor; last_hidden_state?: Tensor };
  for (const key of ['loss', 'logits', 'last_hidden_state'] as const) {
    const got = (output as Record<string, Tensor | undefined>)[key];
    if (got && fixture.output[key]) await check(key, got, fixture.output[key], 1e-4, 1);
  }
  backward(output.loss ?? output.last_hidden_state!.square().mean());
  const variables = new Map(model.namedVariables());
  for (const [key, want] of Object.entries(fixture.gradient)) {
    const variable = variables.get(key)!;
    await check(`gradient of ${key}`, variable.grad ?? variable.mul(0), want, 1e-3, 1e-3);
  }
}

/** Holds models to transformers; gives what failed. */
async function checkModels(names: readonly string[]): Promise<string[]> {
  const failures: string[] = [];
  for (const name of names) {
    await checkModel(name).catch((error) => failures.push(`${name}: ${String(error)}`));
  }
  return failures;
}

async function run(): Promise<Outcome> {
  const query = new URLSearchParams(location.search);
  const [device, models] = [query.get('device')!, query.get('models')!.split(',')];
  const which = query.get('operations') as 'all' | 'one' | null;
  setDefaultDevice(device);
  const { backend } = (await getDevice()) as BackendDevice;
  const checked = which && (await checkOperations(backend, { outputs: which, gradients: which }));
  const { passed = 0, failures = [] } = checked ?? {};
  return {
    operations: passed,
    failures: [...failures, ...(await checkModels(models))],
    isolated: crossOriginIsolated,
  };
}

const page = globalThis as { outcome?: Outcome };
run().then(
  (outcome) => {
    page.outcome = outcome;
  },
  (error) => {
    page.outcome = { operations: 0, failures: [String(error)], isolated: crossOriginIsolated };
  },
);
