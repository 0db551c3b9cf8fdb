import type { Pipelines, PipelineTask } from '../pipelines/index.ts';
import { WrongInputError } from '../pipelines/index.ts';

/** Scores by their names. */
export type Scores = Readonly<Record<string, number>>;

/** How a task is scored by rows that hold what is right. */
export interface Scoring<Row, Task extends PipelineTask, Prediction = unknown> {
  readonly task: Task;
  /** The columns of a row, for messages and help. */
  readonly columns: string;
  /** Checks a row. @throws WrongInputError naming the row and what is wrong with it */
  check(row: unknown, index: number): Row;
  /** What a pipeline says of some rows, in their order. @param all the rows that these are of */
  predict(run: Pipelines[Task], rows: readonly Row[], all: readonly Row[]): Promise<Prediction[]>;
  /** Scores of predictions. */
  score(predictions: readonly Prediction[], rows: readonly Row[]): Scores;
}

/** A text of a row. @throws WrongInputError naming row and column */
export function textOf(row: unknown, column: string, index: number): string {
  const value = (row as Record<string, unknown> | null)?.[column];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw wrongColumn(row, column, index, 'a text that is not empty');
}

/** A list of texts of a row; at least one. @throws WrongInputError naming row and column */
export function textsOf(row: unknown, column: string, index: number): readonly string[] {
  const value = (row as Record<string, unknown> | null)?.[column];
  const isList =
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
  if (isList) return value;
  throw wrongColumn(row, column, index, 'a list of texts that is not empty');
}

/** What is wrong with a column of a row. */
export function wrongColumn(
  row: unknown,
  column: string,
  index: number,
  wants: string,
): WrongInputError {
  const value = JSON.stringify((row as Record<string, unknown> | null)?.[column]) ?? 'nothing';
  const shown = value.length > 100 ? `${value.slice(0, 99)}…` : value;
  return new WrongInputError(`row ${index}: ${column} wants ${wants}: got ${shown}`);
}
