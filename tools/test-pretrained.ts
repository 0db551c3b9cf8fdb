/**
 * `npm run test:pretrained`: compares models with real weights with their references. Fetches the weights on first
 * use; where pip does not answer it says so and ends well, unless `--require` makes that a failure.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installWeights } from './pretrained/weights.ts';

const { values: options } = parseArgs({
  options: { require: { type: 'boolean', default: false } },
});

function haveWeights(): boolean {
  try {
    installWeights();
    return true;
  } catch (error) {
    console.log(`pretrained weights: not tested (${(error as Error).message})`);
    return false;
  }
}

if (haveWeights()) {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const args = [...process.execArgv, here('test.ts'), '--root', here('pretrained')];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (options.require) {
  process.exitCode = 1;
}
