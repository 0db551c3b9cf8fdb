import type { Row } from './row.ts';

/**
 * What a column holds:
 * - `'string'`; `'text'`, a string that is not blank
 * - `'int'`, a whole number; `'float'`, a finite number; `'bool'`; from tables of text they are parsed
 * - `'ids'`, a list of whole numbers that are not negative
 * - `{ labels }`: a class, given by its name or number and stored as the number; a count instead of names where
 *   classes have none
 */
export type Column =
  | 'string'
  | 'text'
  | 'int'
  | 'float'
  | 'bool'
  | 'ids'
  | { readonly labels: readonly string[] | number };

/** Columns by name; a row must have all of them. */
export type Columns = Readonly<Record<string, Column>>;

/** A value that does not fit its column. @internal */
export class ColumnProblem extends Error {}

/**
 * A row with its columns checked and converted; columns that are not named stay as they are.
 *
 * @throws ColumnProblem naming the column, what it holds and what it should.
 */
export function convertRow(row: Row, columns: Columns): Row {
  const result: Record<string, unknown> = { ...row };
  for (const [name, column] of Object.entries(columns)) {
    if (!Object.hasOwn(row, name) || row[name] === undefined || row[name] === null) {
      const present = Object.keys(row).join(', ') || 'none';
      throw new ColumnProblem(`column '${name}' is missing; there are ${present}`);
    }
    result[name] = convert(name, row[name], column);
  }
  return result;
}

/** Throws for a description of a column that is not known. */
export function checkColumns(columns: Columns): void {
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column === 'object' ? isLabels(column.labels) : names.has(column)) continue;
    throw new TypeError(
      `columns: '${name}' is ${JSON.stringify(column)}; a column is ${[...names].map((each) => `'${each}'`).join(', ')} or { labels }`,
    );
  }
}

const names = new Set<unknown>(['string', 'text', 'int', 'float', 'bool', 'ids']);

function isLabels(labels: unknown): boolean {
  if (typeof labels === 'number') return Number.isInteger(labels) && labels > 0;
  return Array.isArray(labels) && labels.length > 0;
}

function convert(name: string, value: unknown, column: Column): unknown {
  const fail = (wanted: string): never => {
    throw new ColumnProblem(`column '${name}' wants ${wanted}: got ${describe(value)}`);
  };
  if (typeof column === 'object') return classOf(value, column.labels, fail);
  switch (column) {
    case 'string':
      return typeof value === 'string' ? value : fail('a string');
    case 'text':
      if (typeof value !== 'string') return fail('a text');
      return value.trim() === '' ? fail('a text that is not empty') : value;
    case 'int': {
      const number = numberOf(value);
      return Number.isSafeInteger(number) ? number : fail('a whole number');
    }
    case 'float': {
      const number = numberOf(value);
      return Number.isFinite(number) ? number : fail('a finite number');
    }
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'True' || value === '1' || value === 1) return true;
      if (value === 'false' || value === 'False' || value === '0' || value === 0) return false;
      return fail('true or false');
    case 'ids': {
      const list = typeof value === 'string' ? parseList(value) : value;
      const isIds = (ArrayBuffer.isView(list) || Array.isArray(list)) && everyId(list as number[]);
      return isIds ? Array.from(list as number[]) : fail('a list of whole numbers from 0 on');
    }
  }
}

function classOf(
  value: unknown,
  labels: readonly string[] | number,
  fail: (wanted: string) => never,
): number {
  const count = typeof labels === 'number' ? labels : labels.length;
  const byName = typeof labels === 'number' ? -1 : labels.indexOf(value as string);
  const index = byName >= 0 ? byName : numberOf(value);
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  const named = typeof labels === 'number' ? '' : ` or one of ${labels.slice(0, 20).join(', ')}`;
  return fail(`a class from 0 to ${count - 1}${named}`);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function everyId(list: ArrayLike<unknown>): boolean {
  return Array.from(list).every((id) => Number.isSafeInteger(id) && (id as number) >= 0);
}

function describe(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
