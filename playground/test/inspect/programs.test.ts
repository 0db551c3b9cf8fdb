import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { env } from '@llm/hub';
import { setDefaultDevice } from '@llm/nn';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTinyHub } from '../../../tools/documents/tiny-hub.ts';
import { full } from '../../../tools/testing/full.ts';
import type { HubServer } from '../../../tools/testing/hub-server.ts';
import { programOf as attentionProgram } from '../../src/attention/program.ts';
import { programOf as probabilityProgram } from '../../src/probabilities/program.ts';
import { programOf as trainingProgram } from '../../src/training/program.ts';
import { readSettings } from '../../src/training/settings.ts';

let hub: HubServer;
let folder: string;
let cache: string;

beforeAll(async () => {
  hub = await startTinyHub();
  // Inside the workspace, so that its packages are found.
  folder = await mkdtemp(fileURLToPath(new URL('./.programs-', import.meta.url)));
  cache = await mkdtemp(join(tmpdir(), 'playground-hub-'));
  env.remoteHost = hub.host;
  env.cacheDir = cache;
  setDefaultDevice('wasm');
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
  await rm(cache, { recursive: true, force: true });
});

/** Runs a program in Node. @returns what it prints, an array for each call */
async function run(name: string, program: string): Promise<unknown[][]> {
  const printed: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(values));
  const file = join(folder, `${name}.ts`);
  await writeFile(file, program);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
  return printed;
}

const device = 'wasm';
const text = 'The old bridge.';

const scored = [
  ['causal', 'HuggingFaceTB/SmolLM2-135M-Instruct', 'perplexity'],
  ['masked', 'google-bert/bert-base-uncased', 'pseudo-perplexity'],
] as const;
it.each(full ? scored : scored.slice(0, 1))(
  'scores of a %s model as a program',
  async (kind, model, figure) => {
    const printed = await run(kind, probabilityProgram({ model, text, device, kind }));
    const shares = printed.slice(0, -1).map(([, share]) => share as number);
    expect(shares.length).toBeGreaterThan(3);
    const mean = shares.reduce((sum, share) => sum + Math.log(share), 0) / shares.length;
    const [name, perplexity] = printed.at(-1)!;
    expect(name).toBe(figure);
    expect(perplexity).toBeCloseTo(Math.exp(-mean), 3);
  },
);

const looked = [
  ['self', 'sentence-transformers/all-MiniLM-L6-v2'],
  ['cross', 'google-t5/t5-small'],
] as const;
it.each(full ? looked : looked.slice(1))('%s attention as a program', async (kind, model) => {
  const printed = await run(kind, attentionProgram({ model, text, device, kind }));
  for (const [, , shape, weights] of printed) {
    expect(shape).toHaveLength(4);
    const [[[row]]] = weights as number[][][][] as [[[number[]]]];
    expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  }
  expect(printed.length).toBeGreaterThan(1);
});

it.runIf(full)('a training as a program', async () => {
  const file = join(folder, 'pairs.tsv');
  const lines = Array.from({ length: 12 }, (_, i) => `open file ${i}x\tDatei ${i}x öffnen`);
  await writeFile(file, `source\ttarget\n${lines.join('\n')}\n`);
  const name = relative(process.cwd(), join(folder, 'model'));
  const small = { epochs: '1', width: '16', layers: '1', vocabulary: '300' };
  const settings = readSettings(small);
  const printed = await run('training', trainingProgram({ name, settings, device, file }));
  expect(printed.at(-1)).toEqual([[expect.any(String)]]);
  expect(existsSync(join(folder, 'model', 'model.safetensors'))).toBe(true);
});

it.runIf(full)('programs pass the type checker', async () => {
  const settings = readSettings({});
  const programs = [
    ...scored.map(([kind, model]) => probabilityProgram({ model, text, device, kind })),
    ...looked.map(([kind, model]) => attentionProgram({ model, text, device: 'auto', kind })),
    trainingProgram({ name: 'a', settings, device, file: 'pairs.tsv' }),
    trainingProgram({ name: 'a', settings, device: 'auto', file: undefined }),
  ];
  const paths = await Promise.all(
    programs.map(async (program, i) => {
      const path = join(folder, `checked-${i}.ts`);
      await writeFile(path, program);
      return path;
    }),
  );
  const config = fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url));
  const { config: base } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(base, ts.sys, folder);
  const checked = ts.createProgram(paths, options);
  const problems = paths
    .flatMap((path) => {
      const file = checked.getSourceFile(path)!;
      return [...checked.getSyntacticDiagnostics(file), ...checked.getSemanticDiagnostics(file)];
    })
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(problems).toEqual([]);
});
