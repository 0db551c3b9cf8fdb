import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import { full } from '../../../tools/testing/full.ts';
import { programOf as attentionProgram } from '../../src/attention/program.ts';
import { programOf as probabilityProgram } from '../../src/probabilities/program.ts';
import { programOf as trainingProgram } from '../../src/training/program.ts';
import { readSettings } from '../../src/training/settings.ts';
import { useProgramFolder } from '../program-folder.ts';

const folder = useProgramFolder();

/** Runs a program in Node. @returns what it prints, an array for each call */
async function run(name: string, program: string): Promise<unknown[][]> {
  const printed: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(values));
  const file = await folder.write(name, program);
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
  const file = join(folder.path, 'pairs.tsv');
  const lines = Array.from({ length: 12 }, (_, i) => `open file ${i}x\tDatei ${i}x öffnen`);
  await writeFile(file, `source\ttarget\n${lines.join('\n')}\n`);
  const name = relative(process.cwd(), join(folder.path, 'model'));
  const small = { epochs: '1', width: '16', layers: '1', vocabulary: '300' };
  const settings = readSettings(small);
  const printed = await run('training', trainingProgram({ name, settings, device, file }));
  expect(printed.at(-1)).toEqual([[expect.any(String)]]);
  expect(existsSync(join(folder.path, 'model', 'model.safetensors'))).toBe(true);
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
    programs.map((program, i) => folder.write(`checked-${i}`, program)),
  );
  expect(folder.problemsOf(paths)).toEqual([]);
});
