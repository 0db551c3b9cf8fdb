import { readLines } from '../lines.ts';
import type { RawRow, Row } from '../row.ts';
import type { OpenData } from '../source.ts';

/** A row for each line, which holds a JSON object; empty lines are no rows. */
export async function* readJsonLines(data: OpenData): AsyncGenerator<RawRow> {
  for await (const line of readLines(data.chunks(), data.name)) {
    if ('problem' in line) yield line;
    else if (line.text.trim() !== '') yield parse(line.row, line.text);
  }
}

function parse(row: number, text: string): RawRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { row, problem: `no JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { row, problem: `wants a JSON object: got ${text.slice(0, 40)}` };
  }
  return { row, value: value as Row };
}
