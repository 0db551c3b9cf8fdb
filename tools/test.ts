/**
 * `npm test`: runs the tests of all packages and ends with one plain line, `N passed, N failed`
 * (`, N skipped` may follow). `--full` runs the full figures and keeps a summary of them.
 *
 *   npm test                               everything
 *   npm test -- --project tensor           one package (may be repeated)
 *   npm test -- packages/tensor/test/ops   files whose path contains the words
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { writeSummary } from './testing/summary.ts';
import { closingLine, succeeded, Tally } from './testing/tally.ts';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    project: { type: 'string', multiple: true },
    root: { type: 'string', default: workspace },
  },
});

// Set before the workers start, who inherit it; see testing/full.ts.
if (options.full) process.env.LLM_TEST_FULL = '1';

const tally = new Tally();
const started = performance.now();
const vitest = await startVitest('test', files, {
  root: options.root,
  watch: false,
  reporters: ['default', tally],
  ...(options.project && { project: options.project }),
});
await vitest.close();
const seconds = (performance.now() - started) / 1000;

// A summary of part of the tests would read like one of all of them.
if (options.full && files.length === 0 && !options.project) {
  await writeSummary(`${workspace}/benchmarks/results/test-full.json`, tally.counts, seconds);
}
for (const reason of tally.skipReasons) console.log(reason);
console.log(closingLine(tally.counts));
process.exitCode = succeeded(tally.counts) ? 0 : 1;
