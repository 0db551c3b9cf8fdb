import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DownloadProgress, env, parseSafetensors, serializeSafetensors } from '@llm/hub';
import { AutoModelForCausalLM } from '@llm/nn';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HubServer, startHubServer } from '../../../../tools/testing/hub-server.ts';
import { readModelCase } from '../support/model-case.ts';

const fixture = async (path: string) =>
  new Uint8Array(await readFile(new URL(`../fixtures/${path}`, import.meta.url)));
const host = env.remoteHost;
let server: HubServer;
let cache_dir: string;

beforeEach(async () => {
  const config = await fixture('models/llama/config.json');
  const weights = await fixture('models/llama/model.safetensors');
  server = await startHubServer({
    'tiny/llama': { files: { 'config.json': config, 'model.safetensors': weights } },
    'tiny/sharded': { files: { 'config.json': config, ...shards(weights) }, token: 'secret' },
    'tiny/gguf': { files: { 'tiny-f32.gguf': await fixture('gguf/llama.gguf') } },
  });
  env.remoteHost = server.host;
  cache_dir = await mkdtemp(join(tmpdir(), 'llm-nn-'));
});
afterEach(async () => {
  env.remoteHost = host;
  await server.close();
  await rm(cache_dir, { recursive: true });
});

/** The tensors in three files, with their index. */
function shards(file: Uint8Array): Record<string, Uint8Array | string> {
  const entries = [...parseSafetensors(file).tensors];
  const names = [1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`);
  const shardOf = (i: number) => names[i % names.length]!;
  return {
    'model.safetensors.index.json': JSON.stringify({
      weight_map: Object.fromEntries(entries.map(([name], i) => [name, shardOf(i)])),
    }),
    ...Object.fromEntries(
      names.map((name) => [
        name,
        serializeSafetensors(entries.filter((_, i) => shardOf(i) === name)),
      ]),
    ),
  };
}

async function expectParity(model: Awaited<ReturnType<typeof load>>): Promise<void> {
  const { input, output } = readModelCase('llama');
  const [got, want] = [await model.forward(input).logits.data(), await output.logits!.data()];
  expect(got.length).toBe(want.length);
  expect(got.every((value, i) => Math.abs(value - want[i]!) < 1e-4)).toBe(true);
}
const load = AutoModelForCausalLM.from_pretrained;

it('loads a repository of the hub, and again from the cache', async () => {
  const events: DownloadProgress[] = [];
  const options = { cache_dir, progress: (event: DownloadProgress) => events.push(event) };
  await expectParity(await load('tiny/llama', options));
  expect(events.filter(({ status }) => status === 'done').map(({ file }) => file)).toEqual([
    'config.json',
    'model.safetensors',
  ]);
  const before = server.requests.length;
  await expectParity(await load('tiny/llama', { cache_dir, local_files_only: true }));
  expect(server.requests).toHaveLength(before);
});

it('loads shards with a token, through cut connections', async () => {
  let cuts = 5;
  server.fault = ({ storage }) =>
    storage && cuts-- > 0 ? { kind: 'cut', after: 3000 } : undefined;
  await expectParity(await load('tiny/sharded', { cache_dir, token: 'secret', revision: 'main' }));
  await expect(load('tiny/sharded', { cache_dir })).rejects.toMatchObject({
    code: 'repository-not-found',
  });
});

it('loads a GGUF file that is all there is', async () => {
  await expectParity(await load('tiny/gguf', { cache_dir }));
  await expectParity(await load('tiny/gguf', { cache_dir, gguf_file: 'tiny-f32.gguf' }));
});

it('refuses options that nobody knows', async () => {
  // @ts-expect-error there is no such option
  await expect(load('tiny/llama', { device_map: 'auto' })).rejects.toThrow(
    'unknown option "device_map"',
  );
});
