import type { RawRow, Row } from '../row.ts';
import type { OpenData } from '../source.ts';

/** Rows decoded at once. */
const rowsAtOnce = 4096;

/** Stands for a text whose bytes are not UTF-8, until its row is reported. */
const notUtf8 = Symbol('not UTF-8');

/**
 * The rows of a Parquet file, uncompressed or with Snappy; nulls stay null. Whole numbers of 64 bits become numbers;
 * one that does not fit is a bad row, and so is broken UTF-8.
 *
 * @throws Error naming the file, and the rows where some of it cannot be decoded
 */
export async function* readParquet(data: OpenData): AsyncGenerator<RawRow> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = (await data.bytes()).buffer;
  const metadata = await parquetMetadataAsync(file).catch((error: Error) => {
    throw new Error(`${data.name}: no Parquet file: ${error.message}`, { cause: error });
  });
  const count = Number(metadata.num_rows);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stringFromBytes = (bytes: Uint8Array): string | typeof notUtf8 => {
    try {
      return decoder.decode(bytes);
    } catch {
      return notUtf8;
    }
  };
  for (let start = 0; start < count; start += rowsAtOnce) {
    const end = Math.min(count, start + rowsAtOnce);
    const rows = await parquetReadObjects({
      file,
      metadata,
      rowStart: start,
      rowEnd: end,
      parsers: { stringFromBytes },
    }).catch((error: Error) => {
      const place = `${data.name}, rows ${start + 1} to ${end}`;
      throw new Error(`${place}: the Parquet file cannot be decoded: ${error.message}`, {
        cause: error,
      });
    });
    for (const [index, value] of rows.entries()) yield toRow(start + index + 1, value);
  }
}

function toRow(row: number, columns: Record<string, unknown>): RawRow {
  const value: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(columns)) {
    try {
      value[name] = plain(each);
    } catch (error) {
      return { row, problem: `column '${name}' ${(error as Error).message}` };
    }
  }
  return { row, value: value as Row };
}

function plain(value: unknown): unknown {
  if (value === notUtf8) throw new TypeError('is not UTF-8');
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) throw new RangeError(`holds ${value}, too large`);
    return Number(value);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  }
  return value;
}
