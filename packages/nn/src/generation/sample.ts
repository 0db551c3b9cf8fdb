import { drawnBy } from './draw.ts';
import { processedScores, type StepScores } from './process.ts';
import type { Run } from './run.ts';
import { best } from './scores.ts';
import type { NextScores } from './session.ts';

/** What a step of greedy search or sampling chose. */
export interface Step {
  /** New tokens, one per row; undefined for a row that had ended. */
  readonly tokens: readonly (number | undefined)[];
  /** What they were chosen by, if it was read. */
  readonly scores?: StepScores;
}

/** Takes the likeliest tokens, or draws, step by step, until all rows have ended; extends `run.rows`. */
export async function* decodeSteps(run: Run): AsyncGenerator<Step, void, void> {
  const { rows, padding, options } = run;
  const open = new Set(rows.keys());
  let next = await run.begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const { chosen, scores } = await choose(run, next);
    const tokens = rows.map((row, i) => {
      const token = open.has(i) ? chosen[i]! : padding;
      row.push(token);
      return open.has(i) ? token : undefined;
    });
    for (const i of open) if (hasEnded(run, rows[i]!)) open.delete(i);
    yield { tokens, ...(scores && { scores }) };
    if (open.size === 0) return;
    next = await run.next();
  }
}

/** Whether a row ends with its last token. */
export function hasEnded({ criteria, promptLength }: Run, row: readonly number[]): boolean {
  const added = row.slice(promptLength);
  return criteria.some((isEnd) => isEnd(row, added));
}

async function choose(
  run: Run,
  next: NextScores,
): Promise<{ chosen: ArrayLike<number>; scores?: StepScores }> {
  if (run.isChosenOnDevice) {
    const chosen = await next.chosen.data();
    next.logits.dispose();
    next.chosen.dispose();
    return { chosen };
  }
  const scores = await processedScores(run, next);
  const uniforms = run.settings.do_sample ? run.stream.uniforms(run.rows.length) : undefined;
  const chosen = scores.scores.map((row, i) => chosenBy(row, uniforms?.[i]));
  return { chosen, scores };
}

/** The token at `uniform` of the cumulated probabilities, or without one the likeliest. */
export function chosenBy(scores: Float32Array, uniform?: number): number {
  return uniform === undefined ? best(scores, 1)[0]! : drawnBy(scores, [uniform])[0]!;
}
