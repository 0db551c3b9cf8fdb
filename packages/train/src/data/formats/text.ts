import { readLines } from '../lines.ts';
import type { RawRow } from '../row.ts';
import type { OpenData } from '../source.ts';

/** A row for each line, with the column `text`; lines without any text are no rows. */
export async function* readText(data: OpenData): AsyncGenerator<RawRow> {
  for await (const line of readLines(data.chunks(), data.name)) {
    if ('problem' in line) yield line;
    else if (line.text.trim() !== '') yield { row: line.row, value: { text: line.text } };
  }
}
