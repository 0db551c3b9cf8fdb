/**
 * `npm run bench -- SUITE [--json] [--only CASE]`: runs a suite, prints its table, writes
 * `benchmarks/results/SUITE.json`.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { Row, Suite } from './harness/case.ts';
import { waitForQuiet } from './harness/load.ts';
import { provenance } from './harness/machine.ts';
import { type Results, stamp, update, writeResults } from './harness/results.ts';
import { textTable } from './harness/table.ts';

// Node 20 and 21 have relaxed SIMD behind this flag. Set before any library loads, so that none is better off
// by being loaded later; newer versions of Node have it without.
if (/^v2[01]\./.test(process.version)) setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Suites by name; loaded on demand, since each brings its own backends. */
const SUITES: Record<string, () => Promise<Suite>> = {
  wasm: async () => (await import('./suites/wasm/suite.ts')).wasm,
  webgpu: async () => (await import('./suites/webgpu/suite.ts')).webgpu,
  tokenizers: async () => (await import('./suites/tokenizers/suite.ts')).tokenizers,
  nn: async () => (await import('./suites/nn/suite.ts')).nn,
  train: async () => (await import('./suites/train/suite.ts')).train,
  apps: async () => (await import('./suites/apps/suite.ts')).apps,
};

const USAGE = `usage: npm run bench -- SUITE [options]
  SUITE        ${Object.keys(SUITES).join(', ')}
  --json       print the rows as JSON instead of a table
  --only CASE  run the cases whose name contains CASE (may be repeated); the result file is not written,
               except with --update
  --update     replace the rows of the cases run in the result file, keep the others
  --wait S     before each case wait up to S seconds until other programs leave the machine alone
  --list       print the names of the suite's cases`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      wait: { type: 'string', default: '0' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(`wants one suite\n${USAGE}`);
  const load = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
  if (load === undefined) throw new Error(`no suite named ${name}\n${USAGE}`);
  const suite = await load();
  if (values.list) return console.log(suite.cases.map((one) => one.name).join('\n'));

  const cases = suite.cases.filter(
    (one) => values.only.length === 0 || values.only.some((part) => one.name.includes(part)),
  );
  if (cases.length === 0) {
    const names = suite.cases.map((one) => one.name).join(', ');
    throw new Error(`no case of ${name} matches ${values.only.join(', ')}; there are: ${names}`);
  }
  const wait = Number(values.wait);
  if (!(wait >= 0)) throw new Error(`--wait: got ${values.wait}, wants seconds`);
  const machine = provenance();
  const rows: Row[] = [];
  for (const one of cases) {
    progress(`${one.name}: waiting for a quiet machine`);
    await waitForQuiet(wait);
    progress(one.name);
    rows.push(...(await one.run({ suite: suite.name, log: progress })));
  }
  progress('');
  const results: Results = { suite: suite.name, ...machine, rows: stamp(rows, machine) };
  console.log(values.json ? JSON.stringify(results, null, 2) : textTable(rows));
  const order = suite.cases.map((one) => one.name);
  if (values.update) progress(`written: ${writeResults(update(results, order))}\n`);
  // a partial run would drop the figures of the cases it left out
  else if (values.only.length === 0) progress(`written: ${writeResults(results)}\n`);
}

/** One line on stderr that the next one overwrites; nothing where stderr is a file. */
function progress(message: string): void {
  if (process.stderr.isTTY || message.endsWith('\n')) process.stderr.write(`\r\x1b[K${message}`);
}

try {
  await main();
} catch (error) {
  console.error(
    `bench: ${error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : error}`,
  );
  process.exitCode = 1;
}
