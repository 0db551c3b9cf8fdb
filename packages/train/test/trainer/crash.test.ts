import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomSource } from '@llm/train';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sized } from '../../../../tools/testing/full.ts';
import { Checkpoints, readCheckpoint } from '../../src/trainer/checkpoints.ts';
import { crashTrainer } from './crash-run.ts';
import { weights } from './support.ts';

const kills = sized(10, 200);
/** The longest wait between a run's first checkpoint and its end: some ten steps, each with its saving. */
const longestWait = 150;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-crash-'));
  program = join(folder, 'crash-child.mjs');
  // Bundled, the program starts in a fraction of the time.
  await build({
    entryPoints: [fileURLToPath(new URL('./crash-child.ts', import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@llm/source'],
    external: ['webgpu'],
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  vi.spyOn(console, 'info').mockReturnValue();
});
afterAll(() => rm(folder, { recursive: true }));

it(`a run that is killed ${kills} times leaves whole checkpoints and ends as if it had not been`, {
  timeout: kills * 15_000,
}, async () => {
  const output = join(folder, 'killed');
  const random = new RandomSource(Number(process.env.LLM_TEST_SEED ?? 1));
  let last = 0;
  for (let kill = 0; kill < kills; kill++) {
    await runAndKill(output, random.next() * longestWait);
    const steps = await new Checkpoints(output).steps();
    expect(steps.length, (await readdir(output)).join(' ')).toBeGreaterThan(0);
    for (const step of steps) await readCheckpoint(join(output, `checkpoint-${step}`));
    expect(steps.at(-1)!, 'nothing saved was lost').toBeGreaterThanOrEqual(last);
    last = steps.at(-1)!;
  }
  const end = last + 3;
  const resumed = crashTrainer(output, end);
  await resumed.train({ resume_from_checkpoint: true });
  expect((await readdir(output)).sort()).toHaveLength(2);

  const whole = crashTrainer(join(folder, 'whole'), end, 'no');
  await whole.train();
  expect(await weights(resumed.model)).toEqual(await weights(whole.model));
});

/** Starts a run, and kills it some milliseconds after it has saved for the first time. */
async function runAndKill(output: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [program, output], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const exit = once(child, 'exit');
  const saved = once(child.stdout, 'data');
  await Promise.race([saved, exit]);
  expect(child.exitCode, errors).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGKILL');
  await exit;
}
