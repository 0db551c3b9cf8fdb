import { defaultGenerator, hostUniform, type Tensor } from '@llm/tensor';
import type { Run } from './run.ts';
import { best, logSoftmax } from './scores.ts';
import type { NextScores } from './session.ts';

/** What a step of greedy search or sampling chose. */
export interface Step {
  /** New tokens, one per row; undefined for a row that had ended. */
  readonly tokens: readonly (number | undefined)[];
  /** Log-probabilities of the tokens under the processed scores, if they are wanted. */
  readonly scores?: readonly number[];
}

/** Takes the likeliest tokens, or draws, step by step, until all rows have ended; extends `run.rows`. */
export async function* decodeSteps(run: Run): AsyncGenerator<Step, void, void> {
  const { rows, promptLength, criteria, session, options, padding } = run;
  const open = new Set(rows.keys());
  const draw = drawer(run);
  let next = await run.begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const { chosen, scores } = await choose(run, next, draw);
    const tokens = rows.map((row, i) => {
      const token = open.has(i) ? chosen[i]! : padding;
      row.push(token);
      return open.has(i) ? token : undefined;
    });
    for (const i of open) {
      const row = rows[i]!;
      const added = row.slice(promptLength);
      if (criteria.some((isEnd) => isEnd(row, added))) open.delete(i);
    }
    yield { tokens, ...(scores && { scores }) };
    if (open.size === 0) return;
    next = await session.next(Int32Array.from(rows, (row) => row[row.length - 1]!));
  }
}

async function choose(
  run: Run,
  { logits, best: likeliest }: NextScores,
  draw: () => Float32Array | Float64Array,
): Promise<{ chosen: ArrayLike<number>; scores?: number[] }> {
  const { rows, settings, options } = run;
  const isPlain = run.processors.length === 0 && !settings.do_sample && !options.output_scores;
  if (isPlain) {
    // Only the ids leave the device.
    const chosen = await likeliest.data();
    dispose(logits, likeliest);
    return { chosen };
  }
  const processed = await processedScores(run, logits);
  dispose(logits, likeliest);
  const uniforms = settings.do_sample ? draw() : undefined;
  const chosen = processed.map((scores, i) =>
    uniforms ? sampled(scores, uniforms[i]!) : best(scores, 1)[0]!,
  );
  if (!options.output_scores) return { chosen };
  return { chosen, scores: rows.map((_, i) => logSoftmax(processed[i]!)[chosen[i]!]!) };
}

/** Scores of each row after all processors. */
export async function processedScores(
  { rows, processors, promptLength }: Run,
  logits: Tensor,
  prepare: (scores: Float32Array) => Float32Array = (scores) => scores.slice(),
): Promise<Float32Array[]> {
  const values = (await logits.data()) as Float32Array;
  const width = values.length / rows.length;
  return rows.map((ids, row) => {
    const context = { row, promptLength };
    return processors.reduce<Float32Array>(
      (scores, process) => process(ids, scores, context) ?? scores,
      prepare(values.subarray(row * width, (row + 1) * width)),
    );
  });
}

/** The token at `uniform` of the cumulated probabilities. */
function sampled(scores: Float32Array, uniform: number): number {
  const logs = logSoftmax(scores);
  let total = 0;
  let last = 0;
  for (let i = 0; i < logs.length; i++) {
    const probability = Math.exp(logs[i]!);
    if (probability > 0) last = i;
    total += probability;
    if (uniform < total) return i;
  }
  return last; // the sum fell short of 1 by rounding
}

/** Uniform numbers for each step, one per row: of the option's seed, or of the default generator. */
function drawer({ rows, options: { seed } }: Run): () => Float32Array {
  let position = 0;
  return () => {
    const generator = defaultGenerator();
    return hostUniform(
      seed === undefined
        ? { seed: generator.seed, position: generator.position++, draw: 0 }
        : { seed, position: position++, draw: 0 },
      rows.length,
    );
  };
}

function dispose(...tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
