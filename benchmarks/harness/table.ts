/**
 * Rows as text: for the terminal and for Markdown.
 *
 * @module
 */
import type { Row } from './case.ts';

/** Titles of the columns that {@link cells} fills. */
export const COLUMNS = [
  'case',
  'unit',
  'ours',
  'peer',
  'peer value',
  'ratio',
  'bar',
  '',
  'threads',
  'load',
] as const;

/** Whether a row meets its bar: `pass`, `short`, `void`, or empty where it has no bar or no figures. */
export function verdict(row: Row): 'pass' | 'short' | 'void' | '' {
  if (row.void !== undefined) return 'void';
  if (row.bar === null || row.ratio === null) return '';
  return row.ratio >= row.bar ? 'pass' : 'short';
}

/** One row's cells, in the order of {@link COLUMNS}. */
export function cells(row: Row): string[] {
  const peer = row.version === '' ? row.peer : `${row.peer} ${row.version}`;
  const unavailable = row.note?.split(':', 1)[0] ?? '–';
  return [
    row.case,
    row.unit,
    number(row.ours),
    peer,
    row.peerValue === null ? unavailable : number(row.peerValue),
    number(row.ratio),
    number(row.bar),
    verdict(row),
    row.peerThreads === 0 ? `${row.threads}` : `${row.threads} / ${row.peerThreads}`,
    number(row.load),
  ];
}

/** Three significant digits, no exponent for everyday sizes. */
function number(value: number | null): string {
  if (value === null) return '–';
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(1);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Number(value.toPrecision(3)).toString();
}

/** An aligned table for a terminal, followed by the reasons of void rows and the notes. */
export function textTable(rows: readonly Row[]): string {
  const lines = [[...COLUMNS] as string[], ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...remarks(rows).map((remark) => `  ${remark}`)].join('\n');
}

/** A Markdown table, followed by the reasons of void rows and the notes as a list. */
export function markdownTable(rows: readonly Row[]): string {
  const line = (row: readonly string[]) => `| ${row.map((cell) => cell || ' ').join(' | ')} |`;
  const table = [
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rows.map((row) => line(cells(row))),
  ];
  const list = remarks(rows).map((remark) => `- ${remark}`);
  return [...table, ...(list.length > 0 ? ['', ...list] : [])].join('\n');
}

function remarks(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const reasons = [row.void === undefined ? undefined : `void, ${row.void}`, row.note];
    return reasons
      .filter((reason) => reason !== undefined)
      .map((reason) => `${row.case}, ${row.peer}: ${reason}`);
  });
}
