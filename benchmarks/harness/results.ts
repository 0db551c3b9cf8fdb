/**
 * The result files, `benchmarks/results/SUITE.json`.
 *
 * @module
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './case.ts';
import type { Provenance } from './machine.ts';

/** Folder of the result files. */
export const RESULTS_FOLDER = fileURLToPath(new URL('../results', import.meta.url));

/** What a result file holds. */
export interface Results extends Provenance {
  readonly suite: string;
  readonly rows: readonly Row[];
}

/** Writes a suite's results, whole or not at all. */
export function writeResults(results: Results, folder: string = RESULTS_FOLDER): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${results.suite}.json`);
  const partial = `${path}.partial`;
  writeFileSync(partial, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(partial, path);
  return path;
}

/** All result files of a folder, by suite name. */
export function readResults(folder: string = RESULTS_FOLDER): Results[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Results);
}
