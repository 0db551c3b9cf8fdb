/**
 * Hugging Face's trainers, which only Python can tell what to learn, on one thread.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Unavailable } from '../harness/case.ts';

/** Rows of the Rust library through Python. */
export const PYTHON_TOKENIZERS = 'tokenizers (Python)';

const script = fileURLToPath(new URL('../../tools/reference/tokenizers_bench.py', import.meta.url));

/** A training, timed in the process that did it. */
export interface PythonTraining {
  readonly milliseconds: number;
  /** SHA-256 of the tokens in the order of their ids, with line ends between. */
  readonly hash: string;
  readonly version: string;
}

/**
 * Trains a byte-level BPE in the Python that `LLM_TOKENIZERS_PYTHON` names, or `python3`.
 *
 * @throws Unavailable where it has no `tokenizers`.
 */
export function trainInPython(texts: readonly string[], vocabularySize: number): PythonTraining {
  const python = process.env.LLM_TOKENIZERS_PYTHON ?? 'python3';
  try {
    execFileSync(python, ['-c', 'import tokenizers'], { stdio: 'ignore' });
  } catch {
    throw new Unavailable(
      'absent',
      `${python} has no tokenizers: pip install tokenizers==0.22.2, and name that Python in LLM_TOKENIZERS_PYTHON`,
    );
  }
  const answer = execFileSync(python, [script, String(vocabularySize)], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    env: { ...process.env, RAYON_NUM_THREADS: '1', TOKENIZERS_PARALLELISM: 'false' },
  });
  return JSON.parse(answer) as PythonTraining;
}
