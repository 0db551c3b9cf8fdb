/**
 * Writes the tables in `benchmarks/README.md` from `benchmarks/results/*.json`, between the two markers,
 * so that no figure is ever typed by hand. `--check` fails where the page is out of date.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evaluated, readEvaluation } from './evaluate/results.ts';
import { type Results, readResults } from './harness/results.ts';
import { markdownTable, verdict } from './harness/table.ts';

const START = '<!-- results: written by `npm run bench:report` -->';
const END = '<!-- end of results -->';
const SCORES_START = '<!-- scores: written by `npm run bench:report` -->';
const SCORES_END = '<!-- end of scores -->';

/** The Markdown of one suite: where it was measured, its verdicts counted, its table. */
function section(results: Results): string {
  const count = (kind: ReturnType<typeof verdict>) =>
    results.rows.filter((row) => verdict(row) === kind).length;
  return [
    `### ${results.suite}`,
    '',
    `${results.cpu}, ${results.cores} cores, ${results.memoryGiB} GiB, ${results.platform}, ` +
      `Node ${results.node}, commit ${results.commit}, ${results.date.slice(0, 10)}. ` +
      `${count('pass')} pass, ${count('short')} short, ${count('void')} void.`,
    '',
    markdownTable(results.rows),
  ].join('\n');
}

/** The page with everything between two markers replaced. @throws where one is missing */
export function between(page: string, start: string, end: string, body: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`README.md: wants the markers ${start} and ${end}, in this order`);
  }
  return `${page.slice(0, from + start.length)}\n\n${body}\n\n${page.slice(to)}`;
}

/** The page with the results of the suites. */
export function fill(page: string, all: readonly Results[]): string {
  const body = all.length === 0 ? 'No results yet.' : all.map(section).join('\n\n');
  return between(page, START, END, body);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const path = fileURLToPath(new URL('./README.md', import.meta.url));
  const page = readFileSync(path, 'utf8');
  // Loaded here, since it brings every experiment along.
  const { scoresTable } = await import('./evaluate/table.ts');
  const scores = scoresTable(evaluated().map((name) => readEvaluation(name)));
  const filled = between(fill(page, readResults()), SCORES_START, SCORES_END, scores);
  if (!values.check) writeFileSync(path, filled);
  else if (filled !== page) {
    console.error('benchmarks/README.md is out of date; run npm run bench:report');
    process.exitCode = 1;
  }
}
