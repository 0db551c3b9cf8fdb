import { readFileSync } from 'node:fs';
import type { GenerateOptions } from '@llm/nn';

/** One case of tools/reference/nn_generation.py. */
export interface GenerationCase {
  /** A fixture of `readModelCase`. */
  readonly model: string;
  readonly name: string;
  /** How many of the model's prompts were given. */
  readonly rows: number;
  readonly options: GenerateOptions;
  readonly sequences: readonly (readonly number[])[];
  /** Uniform numbers that were taken. */
  readonly draws?: number;
  readonly steps?: number;
  readonly first_logits?: readonly (readonly number[])[];
  /** Null for −∞. */
  readonly last_scores?: readonly (readonly (number | null)[])[];
  readonly transitions?: readonly (readonly number[])[];
  readonly normalized?: readonly (readonly number[])[];
  readonly beam_indices?: readonly (readonly number[])[];
  readonly sequences_scores?: readonly number[] | null;
}

/** What transformers generated. */
export const generationCases: {
  /** Numbers that random choices were made by, in order; each case starts at the first. */
  readonly uniforms: readonly number[];
  /** Every field of `GenerationConfig` with its default. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly cases: readonly GenerationCase[];
} = JSON.parse(readFileSync(new URL('../fixtures/generation.json', import.meta.url), 'utf8'));

/** The uniform numbers of the fixtures, one after another, and how many were taken. */
export function fixedUniforms(): { uniforms: (count: number) => number[]; taken: () => number } {
  let position = 0;
  return {
    uniforms: (count) => {
      position += count;
      return generationCases.uniforms.slice(position - count, position);
    },
    taken: () => position,
  };
}
