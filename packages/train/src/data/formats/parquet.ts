import type { RawRow, Row } from '../row.ts';
import type { OpenData } from '../source.ts';

/** Rows decoded at once. */
const rowsAtOnce = 4096;

/**
 * The rows of a Parquet file, uncompressed or with Snappy. Whole numbers of 64 bits become numbers; one that does
 * not fit is a bad row.
 */
export async function* readParquet(data: OpenData): AsyncGenerator<RawRow> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = (await data.bytes()).buffer;
  let count: number;
  try {
    count = Number((await parquetMetadataAsync(file)).num_rows);
  } catch (error) {
    throw new Error(`${data.name}: no Parquet file: ${(error as Error).message}`, { cause: error });
  }
  for (let start = 0; start < count; start += rowsAtOnce) {
    const rows = await parquetReadObjects({
      file,
      rowStart: start,
      rowEnd: Math.min(count, start + rowsAtOnce),
    });
    for (const [index, value] of rows.entries()) yield toRow(start + index + 1, value);
  }
}

function toRow(row: number, value: Record<string, unknown>): RawRow {
  try {
    return { row, value: plain(value) as Row };
  } catch (error) {
    return { row, problem: (error as Error).message };
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) throw new RangeError(`${value} is too large`);
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
