import Papa from 'papaparse';
import type { RawRow } from '../row.ts';
import type { OpenData } from '../source.ts';

/** How a table of text is written. */
export interface TableOptions {
  /** Between two fields. Default: `,` for CSV, a tab for TSV. */
  readonly delimiter?: string;
  /** Around fields that hold delimiters or line ends; false where there is no such thing. Default: `"` for CSV, false for TSV. */
  readonly quote?: string | false;
  /** Names of the columns, for a file whose first line is no header. */
  readonly column_names?: readonly string[];
}

/**
 * A row of strings for each record. It is parsed byte by byte (delimiters are ASCII) and each field decoded
 * afterwards, so that broken UTF-8 is found in the row that has it. Line ends inside fields become `\n`.
 *
 * @throws Error if the header has a name twice. @throws RangeError for a record of more than 256 MiB.
 */
export async function* readTable(
  data: OpenData,
  { delimiter = ',', quote = '"', column_names }: TableOptions,
): AsyncGenerator<RawRow> {
  let names = column_names && checkNames(data.name, column_names);
  let row = 0;
  for await (const { fields, problem } of readRecords(data, delimiter, quote)) {
    const decoded = fields.map(decodeField);
    if (names === undefined) {
      if (problem) throw new Error(`${data.name}: the header is malformed: ${problem}`);
      names = checkNames(
        data.name,
        decoded.map((name) => name ?? '\uFFFD'),
      );
      continue;
    }
    row++;
    if (problem !== undefined) yield { row, problem };
    else if (fields.length !== names.length) {
      yield { row, problem: `wants ${names.length} fields: got ${fields.length}` };
    } else if (decoded.includes(undefined)) {
      yield { row, problem: `column '${names[decoded.indexOf(undefined)]}' is not UTF-8` };
    } else {
      yield { row, value: Object.fromEntries(names.map((name, i) => [name, decoded[i]])) };
    }
  }
}

/** Bytes of the longest record; a quote that is never closed must not fill the memory. */
const longestRecord = 1 << 28;

/** Bytes from which on a record is long. */
const longRecord = 1 << 20;

/** A record in bytes as characters, and what was wrong with its quotes. */
interface TableRecord {
  readonly fields: readonly string[];
  readonly problem?: string;
}

async function* readRecords(
  data: OpenData,
  delimiter: string,
  quote: string | false,
): AsyncGenerator<TableRecord> {
  const parser = new Papa.Parser({
    delimiter,
    newline: '\n',
    // Without quotes every line is a record, which is what the fast mode does.
    ...(quote === false ? { fastMode: true } : { quoteChar: quote, fastMode: false }),
  });
  let rest = '';
  const parse = function* (text: string, isLast: boolean): Generator<TableRecord> {
    const result = parser.parse(text, 0, !isLast) as Papa.ParseResult<string[]>;
    const problems = new Map(result.errors.map((error) => [error.row, error.message]));
    for (const [index, fields] of result.data.entries()) {
      const problem = problems.get(index);
      const isBlank = fields.length === 1 && fields[0] === '';
      if (!isBlank) yield { fields, ...(problem !== undefined && { problem }) };
    }
    rest = isLast ? '' : text.slice(result.meta.cursor);
  };
  let isFirst = true;
  // A long record is not looked at again before there is twice as much, else its time would grow with its square.
  let enough = 0;
  for await (const chunk of data.chunks()) {
    let text = rest + bytesToText(chunk);
    if (isFirst && text.length >= 3) {
      text = text.replace(/^\xEF\xBB\xBF/, '');
      isFirst = false;
    }
    if (text.length < enough) {
      rest = text;
      continue;
    }
    // A line end may be cut in two by the end of the chunk.
    const held = text.endsWith('\r') ? '\r' : '';
    yield* parse(text.slice(0, text.length - held.length).replaceAll('\r\n', '\n'), false);
    rest += held;
    if (rest.length > longestRecord) {
      throw new RangeError(
        `${data.name}: a record of more than ${longestRecord} bytes; a quote may not be closed: it starts ${JSON.stringify(rest.slice(0, 40))}`,
      );
    }
    enough = rest.length > longRecord ? 2 * rest.length : 0;
  }
  if (rest !== '') yield* parse(rest.replaceAll('\r\n', '\n'), true);
}

function checkNames(source: string, names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${source}: the column '${twice}' is there twice`);
  return names;
}

/** Bytes as the characters 0 to 255. */
function bytesToText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeField(field: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII needs no decoding
  if (/^[\x00-\x7F]*$/.test(field)) return field;
  try {
    return decoder.decode(Uint8Array.from(field, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
