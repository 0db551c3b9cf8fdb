/**
 * The result files, `benchmarks/results/SUITE.json`.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './case.ts';
import type { Provenance } from './machine.ts';

/** Folder of the result files. */
export const RESULTS_FOLDER = fileURLToPath(new URL('../results', import.meta.url));

/** What a result file holds. */
export interface Results extends Provenance {
  readonly suite: string;
  readonly rows: readonly MeasuredRow[];
}

/** A row with the moment and the sources it belongs to, since a file's rows may come from several runs. */
export interface MeasuredRow extends Row {
  readonly date: string;
  readonly commit: string;
}

/** Adds when and on what a case's rows were measured. */
export function stamp(rows: readonly Row[], { date, commit }: Provenance): MeasuredRow[] {
  return rows.map((row) => ({ ...row, date, commit }));
}

/**
 * The results with those cases replaced that were run again, in the order of the suite's cases; rows of
 * another machine are dropped.
 */
export function update(
  results: Results,
  order: readonly string[],
  folder = RESULTS_FOLDER,
): Results {
  const path = join(folder, `${results.suite}.json`);
  if (!existsSync(path)) return results;
  const before = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const sameMachine = (['cpu', 'cores', 'memoryGiB', 'platform', 'node'] as const).every(
    (key) => before[key] === results[key],
  );
  if (!sameMachine) return results;
  // A case's rows may have longer names than the case, with what they measure appended; a case's name may begin with
  // another's.
  const caseOf = (row: Row) => {
    const fitting = order.filter((name) => row.case.startsWith(name));
    const longest = fitting.reduce((best, name) => (name.length > best.length ? name : best), '');
    return order.indexOf(longest);
  };
  const renewed = new Set(results.rows.map(caseOf));
  const kept = before.rows.filter((row) => caseOf(row) >= 0 && !renewed.has(caseOf(row)));
  const rows = [...kept, ...results.rows].sort((a, b) => caseOf(a) - caseOf(b));
  return { ...results, rows };
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

/** All result files of suites in a folder, by suite name; other files of the folder have no rows. */
export function readResults(folder: string = RESULTS_FOLDER): Results[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Results)
    .filter(({ rows }) => Array.isArray(rows));
}
