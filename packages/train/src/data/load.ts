import { checkOptions } from '@llm/nn';
import { type BadRowPolicy, BadRows } from './bad-rows.ts';
import { ColumnProblem, type Columns, checkColumns, convertRow } from './columns.ts';
import { Dataset } from './dataset.ts';
import {
  type DataFormat,
  formatOf,
  readRows,
  type TableOptions,
  tableOptionNames,
} from './formats/index.ts';
import { IterableDataset } from './iterable-dataset.ts';
import type { Row } from './row.ts';
import { type DataSource, openData } from './source.ts';

/** Options of `loadDataset` and `streamDataset`. */
export interface LoadOptions extends TableOptions {
  /** Default: by the name's ending. */
  readonly format?: DataFormat;
  /** Columns that rows must have, and what they hold. Default: not checked. */
  readonly columns?: Columns;
  /** What happens to rows that cannot be used. Default `'error'`. */
  readonly bad_rows?: BadRowPolicy;
}

const optionNames = ['format', 'columns', 'bad_rows', ...tableOptionNames] as const;

/**
 * Rows of one or several files, in memory.
 *
 * @throws BadRowError naming file and row, unless such rows are skipped. @throws Error if no row is left.
 */
export async function loadDataset(
  source: DataSource | readonly DataSource[],
  options: LoadOptions = {},
): Promise<Dataset> {
  const stream = streamDataset(source, options);
  const rows: Row[] = [];
  for await (const row of stream) rows.push(row);
  const { bad_rows } = stream;
  if (rows.length === 0 && bad_rows.count > 0) {
    throw new Error(`data: no row can be used\n${bad_rows}`);
  }
  return Dataset.from(rows, bad_rows);
}

/**
 * Rows of one or several files, read anew in each pass. `bad_rows` counts what was skipped, in all passes together.
 */
export function streamDataset(
  source: DataSource | readonly DataSource[],
  options: LoadOptions = {},
): IterableDataset & { readonly bad_rows: BadRows } {
  checkOptions('loadDataset', options, optionNames);
  const { format, columns = {}, bad_rows: policy, ...table } = options;
  checkColumns(columns);
  const badRows = new BadRows(policy);
  const opened = (
    Array.isArray(source) ? (source as readonly DataSource[]) : [source as DataSource]
  )
    .map((each) => openData(each))
    .map((data) => ({ data, format: format ?? formatOf(data.name) }));
  const stream = IterableDataset.from(async function* () {
    for (const { data, format: of } of opened) {
      for await (const raw of readRows(data, of, table)) {
        if ('problem' in raw) {
          badRows.report(data.name, raw.row, raw.problem);
          continue;
        }
        let row: Row;
        try {
          row = convertRow(raw.value, columns);
        } catch (error) {
          if (!(error instanceof ColumnProblem)) throw error;
          badRows.report(data.name, raw.row, error.message);
          continue;
        }
        yield row;
      }
    }
  });
  return Object.assign(stream, { bad_rows: badRows });
}
