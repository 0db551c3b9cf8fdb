import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packParity } from '../../../../tools/parity/pack.ts';
import { sized } from '../../../../tools/testing/full.ts';
import { verify } from '../../src/index.ts';
import { run } from '../cli/run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'llm-verify-')), 'parity');
  await packParity(folder);
});
afterAll(() => rm(join(folder, '..'), { recursive: true }));

// The others are held to the same numbers by the tests of @llm/nn.
const families = sized(['bert-MaskedLM', 'llama', 't5'], []);

it('finds that families agree with transformers here', async () => {
  const where = ['--device', 'wasm', '--fixtures', folder];
  const { code, out } = await run(['verify', ...families, ...where, '--json']);
  const results = JSON.parse(out) as { family: string; ok: boolean; same_tokens?: boolean }[];
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.length).toBe(families.length || 20);
  expect(results.filter(({ same_tokens }) => same_tokens).length).toBe(sized(2, 13));
  expect(code).toBe(0);
});

it('finds a wrong weight, and what cannot be loaded', async () => {
  const file = join(folder, 'llama/model.safetensors');
  const bytes = await readFile(file);
  bytes.fill(0x3f, bytes.length - 64);
  await writeFile(file, bytes);
  await writeFile(join(folder, 'gpt2/model.safetensors'), 'nonsense');
  const args = ['verify', 'llama', 'gpt2', 'qwen2', '--device', 'wasm', '--fixtures', folder];
  const { code, out, err } = await run(args);
  expect(out).toMatch(/^✗ wasm {4}llama .*outputs within \d\.\de/m);
  expect(out).toMatch(/^✗ wasm {4}gpt2 .*safetensors/m);
  expect(out).toMatch(/^✓ wasm {4}qwen2 .*same tokens$/m);
  expect(err).toMatch(/2 of 3 failed/);
  expect(code).toBe(1);
});

it('names the families', async () => {
  await expect(
    verify({ devices: ['wasm'], fixtures: folder, families: ['eliza'] }),
  ).rejects.toThrow(/there is no family eliza; there are bart, bert-MaskedLM/);
});
