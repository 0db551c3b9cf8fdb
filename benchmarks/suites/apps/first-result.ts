/**
 * From typing the command to its answer.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { limitRow } from '../../harness/bound.ts';
import { type Case, Unavailable } from '../../harness/case.ts';

import { OUR_THREADS } from '../../ours/device.ts';
import { classifierFolder } from './classifier.ts';

const program = fileURLToPath(new URL('../../../packages/apps/dist/cli.js', import.meta.url));
const rounds = 10;

/** `llm run text-classification`, files in the system's cache. */
export const firstResult: Case = {
  name: 'llm run text-classification: start to answer',
  async run(context) {
    if (!existsSync(program)) {
      throw new Unavailable('absent', 'the packages are not built; run "npm run build"');
    }
    const args = ['run', 'text-classification', '-m', await classifierFolder(), '--device', 'wasm'];
    const values: number[] = [];
    for (let round = -1; round < rounds; round++) {
      context.log(`${firstResult.name}: ${round + 1} of ${rounds}`);
      const start = performance.now();
      const answer = execFileSync(process.execPath, [program, ...args, 'I love this'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (!/^LABEL_[01] {2}0\.\d{4}\n$/.test(answer)) throw new Error(`it said ${answer}`);
      if (round >= 0) values.push(performance.now() - start);
    }
    return [
      limitRow(context, {
        name: firstResult.name,
        unit: 'ms',
        values,
        against: 'limit',
        limit: 1500,
        threads: OUR_THREADS,
        load: null, // what the programs themselves compute would count as others' work
      }),
    ];
  },
};
