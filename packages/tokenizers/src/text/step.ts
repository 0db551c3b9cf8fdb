/** A row of a data set: a text and any columns beside it, which steps carry along. */
export interface TextRow {
  /** What steps read and rewrite. */
  readonly text: string;
  readonly [column: string]: unknown;
}

/** What a step makes of a row: the rows to go on with (itself, rewritten, or several), or why it is dropped. */
export type TextOutcome<Row extends TextRow = TextRow> = readonly Row[] | { readonly drop: string };

/** Handles one row; `index` counts the rows that this step has seen, from 0. */
export type RowHandler = <Row extends TextRow>(
  row: Row,
  index: number,
) => TextOutcome<Row> | Promise<TextOutcome<Row>>;

/**
 * One step of a preparation. A step holds options only; what it has to remember of a run (the texts seen, say) lives
 * in the handler that `start` makes, so one step serves many runs and equal runs give equal rows.
 */
export interface TextStep {
  /** Names the step in reports. */
  readonly name: string;
  /** Begins a run; loads what the step needs. */
  start(): RowHandler | Promise<RowHandler>;
}

/**
 * A step that rewrites each text.
 *
 * @param name - Names the step in reports.
 * @param rewrite - Text to text; throws a `TextError` to drop the row.
 */
export function mapText(
  name: string,
  rewrite: (text: string) => string | Promise<string>,
): TextStep {
  return {
    name,
    start: () => async (row) => {
      const text = await rewrite(row.text);
      return text === row.text ? [row] : [{ ...row, text }];
    },
  };
}

/**
 * A step that drops rows.
 *
 * @param name - Names the step in reports.
 * @param reason - Why a row is dropped, or undefined to keep it.
 */
export function filterText(
  name: string,
  reason: (row: TextRow) => string | undefined | Promise<string | undefined>,
): TextStep {
  return {
    name,
    start: () => async (row) => {
      const drop = await reason(row);
      return drop === undefined ? [row] : { drop };
    },
  };
}

/**
 * A step that makes several rows of one, with the other columns repeated; a text that gives none is dropped.
 *
 * @param name - Names the step in reports.
 * @param split - Text to texts.
 */
export function flatMapText(
  name: string,
  split: (text: string) => readonly string[] | Promise<readonly string[]>,
): TextStep {
  return {
    name,
    start: () => async (row) => {
      const texts = await split(row.text);
      return texts.length > 0 ? texts.map((text) => ({ ...row, text })) : { drop: 'empty' };
    },
  };
}
