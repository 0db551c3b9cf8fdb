import type { ProcessorContext } from './callbacks.ts';
import type { Run } from './run.ts';
import type { NextScores } from './session.ts';

/** The scores of all rows at one step. */
export interface StepScores {
  /** The model's, [rows][vocab_size]. */
  readonly logits: Float32Array[];
  /** Those of `logits`, guided, prepared and processed. */
  readonly scores: Float32Array[];
}

/** Reads logits [rows, vocab_size] and guides them; frees what it read. */
export async function readScores(
  { guidance }: Run,
  { logits, chosen }: NextScores,
): Promise<{ logits: Float32Array[]; guided: Float32Array[] }> {
  const [rows] = logits.shape;
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  chosen.dispose();
  const guided = guidance ? await guidance.guide(values) : values;
  return { logits: rowsOf(values, rows!), guided: rowsOf(guided, rows!) };
}

/** Scores of the token after `ids` after all processors. */
export function processed(
  { processors, promptLength }: Run,
  ids: readonly number[],
  scores: Float32Array,
  context: Omit<ProcessorContext, 'promptLength'>,
): Float32Array {
  const whole = { ...context, promptLength };
  return processors.reduce((before, process) => process(ids, before, whole) ?? before, scores);
}

/** Scores of all rows after all processors. */
export async function processedScores(
  run: Run,
  next: NextScores,
  prepare: (scores: Float32Array) => Float32Array = (scores) => scores.slice(),
): Promise<StepScores> {
  const { logits, guided } = await readScores(run, next);
  const scores = run.rows.map((ids, row) => processed(run, ids, prepare(guided[row]!), { row }));
  return { logits, scores };
}

function rowsOf(values: Float32Array, rows: number): Float32Array[] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
