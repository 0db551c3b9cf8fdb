import { TextError } from './error.ts';
import { checkNumber, checkOptions, checkText } from './options.ts';
import type { RowHandler, TextRow, TextStep } from './step.ts';

/** Rows that a step dropped for one reason. */
export interface DroppedRows {
  /** How many. */
  count: number;
  /** The first of them, their texts cut to 200 UTF-16 units. */
  examples: TextRow[];
}

/** What one step did. */
export interface StepReport {
  /** The step's name. */
  name: string;
  /** Rows that came in. */
  read: number;
  /** Rows that went out; more than came in where a step splits or adds. */
  written: number;
  /** Rows whose text was rewritten, or that became several. */
  changed: number;
  /** Rows dropped, by reason. */
  dropped: Record<string, DroppedRows>;
}

/** What a preparation did, so far. */
export interface TextReport {
  /** Rows read from the source. */
  read: number;
  /** Rows handed on. */
  written: number;
  /** Each step's part, in order. */
  steps: StepReport[];
}

/** Options of {@link prepareText}. */
export interface PrepareTextOptions {
  /** How many dropped rows to keep as examples for each step and reason; 3 by default. */
  examples?: number;
}

/** The rows that come out of a preparation, and a report that grows while they are read. */
export interface PreparedText<Row extends TextRow> extends AsyncIterable<Row> {
  /** What has been read, written and dropped so far; complete when the rows are at their end. */
  readonly report: TextReport;
}

const EXAMPLE_LENGTH = 200;

/**
 * Runs rows through steps, one row at a time: memory holds what the steps remember, never the rows. The rows can be
 * read once.
 *
 * @param rows - Rows, or plain texts, which become `{ text }`.
 * @param steps - In order; a row that one drops does not reach the next.
 * @throws TypeError for a row without a text. What a step throws comes through, save a `TextError`, which drops the row.
 */
export function prepareText<Row extends TextRow = { text: string }>(
  rows: Iterable<Row | string> | AsyncIterable<Row | string>,
  steps: readonly TextStep[],
  options: PrepareTextOptions = {},
): PreparedText<Row> {
  checkOptions('prepareText', options, ['examples']);
  const examples = checkNumber('prepareText', 'examples', options.examples ?? 3, 0, 1000, true);
  const report: TextReport = {
    read: 0,
    written: 0,
    steps: steps.map(({ name }) => ({ name, read: 0, written: 0, changed: 0, dropped: {} })),
  };
  const generator = run(rows, steps, report, examples);
  return { report, [Symbol.asyncIterator]: () => generator };
}

async function* run<Row extends TextRow>(
  rows: Iterable<Row | string> | AsyncIterable<Row | string>,
  steps: readonly TextStep[],
  report: TextReport,
  examples: number,
): AsyncGenerator<Row> {
  const handlers: RowHandler[] = [];
  for (const step of steps) handlers.push(await step.start());
  for await (const item of rows) {
    const row = (typeof item === 'string' ? { text: item } : item) as Row;
    checkText(`prepareText: row ${report.read}`, row?.text);
    report.read++;
    let batch: readonly Row[] = [row];
    for (let at = 0; at < handlers.length && batch.length > 0; at++) {
      batch = await applyStep(batch, handlers[at]!, report.steps[at]!, examples);
    }
    for (const written of batch) {
      report.written++;
      yield written;
    }
  }
}

/** Hands rows to one step and writes down what came of them. */
async function applyStep<Row extends TextRow>(
  rows: readonly Row[],
  handler: RowHandler,
  report: StepReport,
  examples: number,
): Promise<readonly Row[]> {
  const out: Row[] = [];
  for (const row of rows) {
    const outcome = await outcomeOf(row, handler, report.read++);
    if ('drop' in outcome) {
      const { drop } = outcome;
      if (!Object.hasOwn(report.dropped, drop)) report.dropped[drop] = { count: 0, examples: [] };
      const dropped = report.dropped[drop]!;
      if (dropped.count++ < examples) {
        dropped.examples.push({ ...row, text: row.text.slice(0, EXAMPLE_LENGTH) });
      }
      continue;
    }
    if (outcome.length !== 1 || outcome[0]!.text !== row.text) report.changed++;
    report.written += outcome.length;
    for (const each of outcome) out.push(each);
  }
  return out;
}

async function outcomeOf<Row extends TextRow>(row: Row, handler: RowHandler, index: number) {
  try {
    return await handler(row, index);
  } catch (error) {
    if (error instanceof TextError) return { drop: error.reason };
    throw error;
  }
}
