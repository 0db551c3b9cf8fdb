/**
 * `generate` and `stream`: texts by greedy search, sampling or beam search.
 *
 * @module
 */
import type { ModelInputs } from '../pretrained/inputs.ts';
import { beamSearch } from './beam.ts';
import { endTokens, type GenerateOptions } from './options.ts';
import { prepareRun, type Run } from './run.ts';
import { decodeSteps } from './sample.ts';
import type { GenerativeModel } from './session.ts';

/** What generation gives. */
export interface GenerateOutput {
  /** All tokens, as Python returns them: with the prompt or the decoder's start, padded to one length. */
  readonly sequences: number[][];
  /** The new tokens of each row, up to and with the end token, without padding. */
  readonly generated: number[][];
  /** With beam search: the sum of log-probabilities over length^length_penalty of each text. */
  readonly sequences_scores?: number[];
  /** With `output_scores`: the log-probability of each new token under the processed scores. */
  readonly scores?: number[][];
}

/**
 * Generates texts, with the options of transformers' `generate`: see `GenerateOptions`.
 *
 * Prompts of several lengths are padded on the left for a decoder alone, on the right for an encoder-decoder. The
 * first call with new sizes compiles; sizes are rounded up, so most calls replay.
 *
 * @param inputs `input_ids` and `attention_mask`, as arrays or tensors [batch, length]
 * @throws TypeError for an option that is unknown or not supported. @throws the signal's reason, if it aborts
 */
export async function generate(
  model: GenerativeModel,
  inputs: ModelInputs,
  options: GenerateOptions = {},
): Promise<GenerateOutput> {
  return inEvaluation(model, inputs, options, async (run) => {
    if (run.settings.num_beams > 1) return beams(run);
    const lengths = run.rows.map(() => 0);
    const scores = run.rows.map((): number[] => []);
    for await (const step of decodeSteps(run)) {
      options.streamer?.(step.tokens);
      step.tokens.forEach((token, row) => {
        if (token === undefined) return;
        lengths[row]!++;
        if (step.scores) scores[row]!.push(step.scores[row]!);
      });
    }
    const { promptLength } = run;
    return {
      sequences: run.rows,
      generated: run.rows.map((row, i) => row.slice(promptLength, promptLength + lengths[i]!)),
      ...(options.output_scores && { scores }),
    };
  });
}

/**
 * Generates step by step: `for await (const tokens of stream(model, inputs))` gives the new tokens of each step,
 * one per row, undefined for a row that has ended. Leaving the loop ends generation.
 *
 * @throws TypeError with `num_beams`: beam search knows its text at the end only
 */
export async function* stream(
  model: GenerativeModel,
  inputs: ModelInputs,
  options: GenerateOptions = {},
): AsyncGenerator<readonly (number | undefined)[], void, void> {
  const wasTraining = model.training;
  const run = await prepareRun(model, inputs, options);
  try {
    if (run.settings.num_beams > 1) {
      throw new TypeError('stream: beam search has no tokens before its end; use generate()');
    }
    model.eval();
    for await (const { tokens } of decodeSteps(run)) {
      options.streamer?.(tokens);
      yield tokens;
    }
  } finally {
    run.end();
    model.train(wasTraining);
  }
}

async function beams(run: Run): Promise<GenerateOutput> {
  const found = await beamSearch(run);
  const { promptLength, settings, padding } = run;
  const longest = Math.max(...found.map(({ ids }) => ids.length), promptLength);
  const fill = settings.pad_token_id || (endTokens(settings)[0] ?? padding);
  return {
    sequences: found.map(({ ids }) => [...ids, ...Array(longest - ids.length).fill(fill)]),
    generated: found.map(({ ids }) => ids.slice(promptLength)),
    sequences_scores: found.map(({ score }) => score),
  };
}

async function inEvaluation<T>(
  model: GenerativeModel,
  inputs: ModelInputs,
  options: GenerateOptions,
  body: (run: Run) => Promise<T>,
): Promise<T> {
  const wasTraining = model.training;
  const run = await prepareRun(model, inputs, options);
  model.eval();
  try {
    return await body(run);
  } finally {
    run.end();
    model.train(wasTraining);
  }
}
