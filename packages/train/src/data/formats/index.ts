import { checkOptions } from '@llm/nn';
import type { RawRow } from '../row.ts';
import type { OpenData } from '../source.ts';
import { readTable, type TableOptions } from './csv.ts';
import { readJsonLines } from './jsonl.ts';
import { readParquet } from './parquet.ts';
import { readText } from './text.ts';

export type { TableOptions } from './csv.ts';

/** Formats of data files: JSON lines, tables of text, lines of text, Parquet. */
export type DataFormat = 'jsonl' | 'csv' | 'tsv' | 'text' | 'parquet';

const byExtension: Readonly<Record<string, DataFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  tsv: 'tsv',
  txt: 'text',
  parquet: 'parquet',
};

/** The format that a file's name says. @throws Error if it says none. */
export function formatOf(name: string): DataFormat {
  const extension = /\.([^./\\?#]+)(?:\.gz)?(?:[?#].*)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const format = byExtension[extension];
  if (format === undefined) {
    const known = Object.keys(byExtension).map((each) => `.${each}`);
    throw new Error(
      `data: the format of ${name} is not clear from its name (${known.join(', ')}); set the option format`,
    );
  }
  return format;
}

/** Options of tables. */
export const tableOptionNames = ['delimiter', 'quote', 'column_names'] as const;

/** The rows of opened data. @throws TypeError for an option that the format does not have. */
export function readRows(
  data: OpenData,
  format: DataFormat,
  options: TableOptions = {},
): AsyncGenerator<RawRow> {
  const isTable = format === 'csv' || format === 'tsv';
  checkOptions(`data of format ${format}`, options, isTable ? tableOptionNames : []);
  switch (format) {
    case 'jsonl':
      return readJsonLines(data);
    case 'csv':
      return readTable(data, options);
    case 'tsv':
      return readTable(data, { delimiter: '\t', quote: false, ...options });
    case 'text':
      return readText(data);
    case 'parquet':
      return readParquet(data);
    default:
      throw new TypeError(
        `data: unknown format '${format}'; there are jsonl, csv, tsv, text, parquet`,
      );
  }
}
