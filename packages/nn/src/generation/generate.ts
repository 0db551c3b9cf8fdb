/**
 * `generate` and `stream`: texts by greedy search, sampling or beam search.
 *
 * @module
 */
import type { ModelInputs } from '../pretrained/inputs.ts';
import type { GenerateOptions } from './options.ts';
import type { StepScores } from './process.ts';
import { prepareRun, type Run } from './run.ts';
import { decodeSteps, type Step } from './sample.ts';
import type { GenerativeModel } from './session.ts';
import { endTokens } from './settings.ts';

/** What generation gives. */
export interface GenerateOutput {
  /** All tokens, as Python returns them: with the prompt or the decoder's start, padded to one length. */
  readonly sequences: number[][];
  /** The new tokens of each row, up to and with the end token, without padding. */
  readonly generated: number[][];
  /** With beam search: the sum of log-probabilities over length^length_penalty of each text. */
  readonly sequences_scores?: number[];
  /** With beam search and scores: the row that each new token was chosen in, −1 behind a text's end. */
  readonly beam_indices?: number[][];
  /**
   * With `output_scores`: the processed scores [rows][vocab_size] of each step; with beam search they are
   * log-probabilities. See `computeTransitionScores` for those of the chosen tokens.
   */
  readonly scores?: Float32Array[][];
  /** With `output_logits`: the model's own scores [rows][vocab_size] of each step. */
  readonly logits?: Float32Array[][];
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
    const steps: StepScores[] = [];
    const wantsScores = Boolean(options.output_scores || options.output_logits);
    for await (const { tokens, scores } of await stepsOf(run)) {
      options.streamer?.(tokens);
      tokens.forEach((token, row) => {
        if (token !== undefined) lengths[row]!++;
      });
      if (wantsScores && scores) steps.push(scores);
    }
    const { promptLength } = run;
    return {
      sequences: run.rows,
      generated: run.rows.map((row, i) => row.slice(promptLength, promptLength + lengths[i]!)),
      ...scoresOf(steps, options),
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
    for await (const { tokens } of await stepsOf(run)) {
      options.streamer?.(tokens);
      yield tokens;
    }
  } finally {
    run.end();
    model.train(wasTraining);
  }
}

async function stepsOf(run: Run): Promise<AsyncGenerator<Step, void, void>> {
  if (!run.guesser) return decodeSteps(run);
  const { assistedSteps } = await import('./searches.ts');
  return assistedSteps(run, run.guesser);
}

async function beams(run: Run): Promise<GenerateOutput> {
  const { promptLength, settings, padding, options } = run;
  const { beamSearch, groupBeamSearch } = await import('./searches.ts');
  const isGrouped = settings.num_beam_groups > 1;
  const { texts, steps } = await (isGrouped ? groupBeamSearch(run) : beamSearch(run));
  const longest = Math.max(...texts.map(({ ids }) => ids.length), promptLength);
  // Python's two beam searches take padding token 0 differently.
  const fill = isGrouped ? padding : settings.pad_token_id || (endTokens(settings)[0] ?? padding);
  const mostRows = Math.max(...texts.map(({ rows }) => rows.length));
  return {
    sequences: texts.map(({ ids }) => filled(ids, longest, fill)),
    generated: texts.map(({ ids }) => ids.slice(promptLength)),
    sequences_scores: texts.map(({ score }) => score),
    ...(steps.length > 0 && { beam_indices: texts.map(({ rows }) => filled(rows, mostRows, -1)) }),
    ...scoresOf(steps, options),
  };
}

function scoresOf(
  steps: readonly StepScores[],
  { output_scores, output_logits }: GenerateOptions,
): Pick<GenerateOutput, 'scores' | 'logits'> {
  return {
    ...(output_scores && { scores: steps.map(({ scores }) => scores) }),
    ...(output_logits && { logits: steps.map(({ logits }) => logits) }),
  };
}

function filled(values: readonly number[], length: number, fill: number): number[] {
  return [...values, ...Array<number>(length - values.length).fill(fill)];
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
