/**
 * PyTorch in a child process that speaks JSON lines (`tools/reference/gpt_step.py`).
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type GptConfig, optimizer } from '../gpt/config.ts';
import type { EvaluatingTrainer } from '../gpt/step.ts';
import { type Weight, writeSafetensors } from '../gpt/weights.ts';
import { Unavailable } from '../harness/case.ts';

/** Rows of the PyTorch that the machine's `python3` imports (Debian's `python3-torch`). */
export const TORCH = 'PyTorch';
/** Rows of a PyTorch ≥ 2, found through `LLM_TORCH_PYTHON` (path of a Python that imports it). */
export const TORCH_2 = 'PyTorch 2';

const script = fileURLToPath(new URL('../../tools/reference/gpt_step.py', import.meta.url));

/**
 * The first Python that imports torch. `python3` on the path may be a version manager's, so Debian's own is
 * tried too.
 *
 * @throws Unavailable where none does.
 */
export function findTorchPython(name: typeof TORCH | typeof TORCH_2): string {
  const named = process.env.LLM_TORCH_PYTHON;
  if (name === TORCH_2 && named === undefined) {
    throw new Unavailable('absent', 'set LLM_TORCH_PYTHON to a Python that imports PyTorch 2');
  }
  const candidates = name === TORCH_2 ? [named!] : ['python3', '/usr/bin/python3'];
  for (const python of candidates) {
    try {
      const code = 'import torch; print(torch.__version__)';
      const version = execFileSync(python, ['-c', code], { encoding: 'utf8', stdio: 'pipe' });
      if (name === TORCH_2 && Number.parseInt(version, 10) < 2) {
        throw new Unavailable(
          'absent',
          `LLM_TORCH_PYTHON has PyTorch ${version.trim()}, wants 2 or newer`,
        );
      }
      return python;
    } catch (error) {
      if (error instanceof Unavailable) throw error; // others: no such Python, or no torch in it
    }
  }
  throw new Unavailable(
    'absent',
    `no torch in ${candidates.join(', ')}; on Debian: apt-get install python3-torch libopenblas0-pthread`,
  );
}

/** A child process with one request in flight at a time. */
export class JsonLines {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(command: string, words: string[], environment: Record<string, string>) {
    this.#child = spawn(command, words, { env: { ...process.env, ...environment } });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-2000);
    });
  }

  async ask<Answer>(request: Record<string, unknown>): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`PyTorch's process ended: ${this.#errors || 'no message'}`);
    const answer = JSON.parse(line.value) as Answer & { error?: string };
    if (answer.error !== undefined) throw new Error(`PyTorch: ${answer.error}`);
    return answer;
  }

  /** Ends the input, at which the process ends by itself. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await ended;
  }
}

/** A GPT in PyTorch with the weights given. */
export async function openTorchGpt(
  name: typeof TORCH | typeof TORCH_2,
  config: GptConfig,
  weights: ReadonlyMap<string, Weight>,
  threads: number,
): Promise<EvaluatingTrainer> {
  const python = findTorchPython(name);
  const folder = mkdtempSync(join(tmpdir(), 'llm-benchmark-'));
  const child = new JsonLines(python, [script], { OMP_NUM_THREADS: `${threads}` });
  try {
    const path = join(folder, 'weights.safetensors');
    writeSafetensors(path, weights);
    const opened = await child.ask<{ version: string; threads: number }>({
      command: 'open',
      config,
      optimizer,
      weights: path,
      threads,
    });
    if (opened.version.includes('reference BLAS')) {
      throw new Unavailable(
        'absent',
        `PyTorch ${opened.version} is not worth a comparison: apt-get install libopenblas0-pthread`,
      );
    }
    const lists = ({ inputs, targets }: { inputs: Int32Array; targets: Int32Array }) => ({
      inputs: [...inputs],
      targets: [...targets],
    });
    return {
      name,
      ...opened,
      step: (batch, learningRate) => child.ask({ command: 'step', ...lists(batch), learningRate }),
      evaluate: async (batch) =>
        (await child.ask<{ loss: number }>({ command: 'evaluate', ...lists(batch) })).loss,
      close: () => child.close(),
    };
  } catch (error) {
    await child.close();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
