import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { devices } from '@llm/kernels-webgpu';
import { type Command, Option } from 'commander';
import { type VerifyResult, verify } from '../../verify/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';

interface VerifyCommandOptions {
  readonly device?: string;
  readonly fixtures?: string;
  readonly json?: boolean;
}

/** A check of this machine that did not pass. */
class VerifyError extends Error {
  override readonly name = 'VerifyError';
}

/** `llm verify`: compares a small model of each family with transformers, on this machine's devices. */
export function addVerify(program: Command, io: Io): void {
  program
    .command('verify')
    .argument('[families...]', 'such as llama; default: all')
    .description('check that models give the results of transformers on this machine')
    .addOption(
      new Option('--device <name>', 'only this one; default: all there are').choices([
        'wasm',
        'webgpu',
      ]),
    )
    .option('--fixtures <folder>', 'other models to check, in the form of those of this package')
    .option('--json', 'print JSON')
    .action(async (families: string[], { device, fixtures, json }: VerifyCommandOptions) => {
      const found = device === undefined ? await available(io) : [device];
      const results = await verify({
        devices: found,
        fixtures: fixtures ?? ownFixtures(),
        ...(families.length > 0 && { families }),
        ...(!json && { on_result: (result) => io.out.write(`${line(result)}\n`) }),
        signal: io.signal,
      });
      if (json) writeJson(io, results);
      const failed = results.filter(({ ok }) => !ok).length;
      if (failed > 0) throw new VerifyError(`verify: ${failed} of ${results.length} failed`);
      if (!json) io.err.write(`all ${results.length} agree with transformers\n`);
    });
}

/** The devices of this machine. */
async function available(io: Io): Promise<string[]> {
  const { adapters, reason } = await devices();
  if (adapters.length > 0) return ['wasm', 'webgpu'];
  io.err.write(`webgpu is left out: ${reason ?? 'no adapter'}\n`);
  return ['wasm'];
}

/** The folder that is built beside this file. */
function ownFixtures(): string {
  const folder = fileURLToPath(new URL('./parity', import.meta.url));
  if (existsSync(folder)) return folder;
  throw new UsageError('verify: run from source it wants --fixtures, or the package built');
}

function line({ family, device, difference, same_tokens, error, ok }: VerifyResult): string {
  const mark = ok ? '✓' : '✗';
  const found =
    error ??
    `outputs within ${difference!.toExponential(1)}${same_tokens === undefined ? '' : same_tokens ? ', same tokens' : ', other tokens'}`;
  return `${mark} ${device.padEnd(6)}  ${family.padEnd(20)}  ${found}`;
}
