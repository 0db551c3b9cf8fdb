/**
 * SmolLM2-135M-Instruct in Q4_1 against llama.cpp (tools/reference/pretrained-smollm2.ts). llama.cpp rounds the
 * inputs of its products to 8 bits, ours does not: PyTorch with the same weights in f32 differs from it at the same
 * positions.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { AutoModelForCausalLM } from '@llm/nn';
import { beforeAll, describe, expect, it } from 'vitest';
import { smollm2 } from './weights.ts';

/** What llama.cpp made of one prompt. */
interface Case {
  readonly text: string;
  /** Its tokens. */
  readonly prompt: readonly number[];
  /** The most likely token of each position, which the next position follows. */
  readonly tokens: readonly number[];
  /** Probabilities of the two most likely tokens. */
  readonly best: readonly (readonly [number, number])[];
}

const { cases } = JSON.parse(
  readFileSync(new URL('fixtures/smollm2.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };
const positions = cases.reduce((sum, { tokens }) => sum + tokens.length, 0);

describe('SmolLM2-135M, with the tokens of llama.cpp forced', () => {
  /** Positions whose most likely token differs, with llama.cpp's probabilities there. */
  const different: { text: string; position: number; best: readonly [number, number] }[] = [];

  beforeAll(async () => {
    const model = await AutoModelForCausalLM.from_pretrained(smollm2.folder, {
      gguf_file: smollm2.file,
    });
    for (const { text, prompt, tokens, best } of cases) {
      const { logits } = model.forward({ input_ids: [[...prompt, ...tokens.slice(0, -1)]] }); // [1, length, vocabulary]
      const own = await logits.argmax(-1).data();
      for (const [position, token] of tokens.entries()) {
        if (own[prompt.length - 1 + position] !== token) {
          different.push({ text, position, best: best[position]! });
        }
      }
    }
    const equal = positions - different.length;
    console.log(`SmolLM2-135M: most likely token equal at ${equal} of ${positions} positions`);
  });

  it('has the same most likely token at 97 % of 5 prompts × 64 positions', () => {
    expect(positions).toBe(5 * 64);
    expect(different.length).toBeLessThanOrEqual(0.03 * positions);
  });

  it('differs only where the two most likely tokens lie within 10 % of probability', () => {
    const far = different.filter(({ best: [first, second] }) => first - second > 0.1);
    expect(far).toEqual([]);
  });
});
