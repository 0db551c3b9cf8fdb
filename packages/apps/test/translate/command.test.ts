import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/translate/command.ts';

const main = fileURLToPath(new URL('../../src/translate/main.ts', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'llm-translate-'));
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `interruptAt` in its output is answered with Ctrl-C. */
function run(args: readonly string[], interruptAt?: string): Promise<Outcome> {
  // The loader is given to Node itself, so that the signal reaches the program and no wrapper.
  const command = ['--conditions=@llm/source', '--import', 'tsx', main, ...args];
  const child = spawn(process.execPath, command, {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  let interrupted = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
      if (interruptAt === undefined || interrupted || !text[name].includes(interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

/** Runs the command here, where nothing has to be started or interrupted. */
async function runHere(args: readonly string[]): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  const print = (name: keyof typeof text) => (line: string) => {
    text[name] += `${line}\n`;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(print('stdout')),
    vi.spyOn(console, 'error').mockImplementation(print('stderr')),
  ];
  const code = await runCommand(args);
  for (const spy of spies) spy.mockRestore();
  return { code, ...text };
}

describe('npm start', () => {
  it.each([
    ['an unknown flag', ['--colour'], "Unknown option '--colour'"],
    ['an unknown command', ['summarize', 'x'], "unknown command 'summarize x'"],
    [
      'an unknown device',
      ['--device', 'tpu'],
      "unknown device 'tpu'; choose one of auto, webgpu, wasm",
    ],
    ['an unknown language', ['--language', 'xx'], "unknown language 'xx'; choose one of cs, de"],
    ['a word for a number', ['--epochs', 'many'], "--epochs wants a number: got 'many'"],
    ['half an epoch', ['--epochs', '0.5'], 'epochs must be a positive integer: got 0.5'],
    ['a negative rate', ['--learning-rate=-1'], 'learningRate must be above 0: got -1'],
    ['a flag of training', ['translate', '--seed', '1', 'x'], 'translate does not take --seed'],
  ])('explains %s, with exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(stderr).toContain(message);
    expect(stderr).toContain("See 'npm start -- --help'");
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('prints its help, and mistakes, as a program', async () => {
    const [{ code, stdout }, mistake] = await Promise.all([run(['--help']), run(['--colour'])]);
    expect([code, mistake.code, mistake.stdout]).toEqual([0, 2, '']);
    for (const option of ['--language', '--device', '--output', '--epochs', '--restart']) {
      expect(stdout).toContain(option);
    }
  });

  it('explains a folder that holds no model, and one that holds another, with exit code 1', async () => {
    const translate = ['translate', 'Open the file', '--output', folder];
    const empty = await runHere(translate);
    expect(empty.stderr).toContain(`there is no model in ${folder}; train one with 'npm start'`);
    await writeFile(join(folder, 'config.json'), '{"model_type":"bert"}');
    const foreign = await runHere(translate);
    expect(foreign.stderr).toContain('config.json says model_type "bert"');
    await rm(join(folder, 'config.json'));
    for (const { code, stdout, stderr } of [empty, foreign]) {
      expect(stderr).not.toMatch(/\n\s+at /);
      expect([code, stdout]).toEqual([1, '']);
    }
  });

  it('stops at Ctrl-C with a checkpoint, and the same command goes on from it', async () => {
    const output = join(folder, 'model');
    const first = await run(['--output', output], 'step 1/');
    expect(first.code).toBe(130);
    const [, checkpoint] = /goes on from (\S+)\.\n/.exec(first.stdout)!;
    const step = Number(/checkpoint-(\d+)$/.exec(checkpoint!)![1]);
    expect(step).toBeGreaterThan(0);
    expect(await readdir(output)).toEqual([`checkpoint-${step}`]);
    expect(await readdir(checkpoint!)).toEqual([
      'model.safetensors',
      'optimizer.safetensors',
      'trainer_state.json',
      'translation.json',
    ]);

    const second = await run(['--output', output], `step ${step + 1}/`);
    expect(second.stdout).toContain(`Going on from step ${step} of ${checkpoint}`);
    expect(second.code).toBe(130);
    const [later] = await readdir(output);
    expect(Number(later!.slice('checkpoint-'.length))).toBeGreaterThan(step);

    // Ctrl-C before there is anything to save leaves what there is.
    const other = await run(['--output', output, '--seed', '2'], 'starting anew');
    expect(other.stdout).toContain(`${later} is of a run with other settings; starting anew`);
    expect(await readdir(output)).toEqual([later]);
  }, 180_000); // reads the whole corpus and trains its tokenizer, three times
});
