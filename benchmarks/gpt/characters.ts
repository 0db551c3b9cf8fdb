/**
 * nanoGPT's character data: tinyshakespeare, each character a token, the last tenth held out.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Unavailable } from '../harness/case.ts';
import type { GptConfig } from './config.ts';
import type { Batch } from './step.ts';

/** Token ids of a text, in two parts. */
export interface CharacterData {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Number of distinct characters. */
  readonly vocabulary: number;
}

/** Reads tinyshakespeare from the folder that `LLM_DATA` names. @throws Unavailable where it is not set. */
export function readCharacters(): CharacterData {
  const folder = process.env.LLM_DATA;
  if (folder === undefined) {
    throw new Unavailable(
      'absent',
      'set LLM_DATA to the folder that holds text/tinyshakespeare.txt.gz',
    );
  }
  const text = gunzipSync(readFileSync(join(folder, 'text/tinyshakespeare.txt.gz'))).toString(
    'utf8',
  );
  const alphabet = [...new Set(text)].sort();
  const ids = new Map(alphabet.map((character, id) => [character, id]));
  const tokens = Int32Array.from(text, (character) => ids.get(character)!);
  const split = Math.floor(tokens.length * 0.9);
  return {
    train: tokens.subarray(0, split),
    validation: tokens.subarray(split),
    vocabulary: alphabet.length,
  };
}

/** The windows that start at `starts`, each followed by its targets one character on. */
export function windows(tokens: Int32Array, starts: readonly number[], context: number): Batch {
  const inputs = new Int32Array(starts.length * context);
  const targets = new Int32Array(starts.length * context);
  for (const [row, start] of starts.entries()) {
    inputs.set(tokens.subarray(start, start + context), row * context);
    targets.set(tokens.subarray(start + 1, start + 1 + context), row * context);
  }
  return { inputs, targets };
}

/** Random training windows. */
export function trainingBatch(tokens: Int32Array, config: GptConfig, next: () => number): Batch {
  const starts = Array.from({ length: config.batch }, () =>
    Math.floor(next() * (tokens.length - config.context - 1)),
  );
  return windows(tokens, starts, config.context);
}

/** All non-overlapping windows, in batches of the model's size; the last batch holds what is left. */
export function validationBatches(tokens: Int32Array, config: GptConfig): Batch[] {
  const count = Math.floor((tokens.length - 1) / config.context);
  const starts = Array.from({ length: count }, (_, window) => window * config.context);
  const batches: Batch[] = [];
  for (let first = 0; first < count; first += config.batch) {
    batches.push(windows(tokens, starts.slice(first, first + config.batch), config.context));
  }
  return batches;
}
