/**
 * Prompts of any length whose continuation is clear, so that rounding does not decide between tokens.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

interface Fixture {
  readonly cases: readonly {
    readonly prompt: readonly number[];
    readonly tokens: readonly number[];
  }[];
}

/**
 * Tokens of SmolLM2: one text over and over, ending in the middle of it. After the first time the model knows how it
 * goes on.
 */
export function promptOf(length: number): readonly number[] {
  const path = new URL('../../../tools/pretrained/fixtures/smollm2.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
  const { prompt, tokens } = cases[0]!;
  const text = [...prompt, ...tokens].slice(0, PERIOD);
  return Array.from({ length }, (_, i) => text[i % PERIOD]!);
}

/** Tokens of the text. */
const PERIOD = 24;
