import {
  type CausalLM,
  computeTransitionScores,
  type GenerateOutput,
  generate,
  releaseSessions,
  type Seq2SeqLM,
} from '@llm/nn';
import { afterAll, describe, expect, it } from 'vitest';
import { fixedUniforms, type GenerationCase, generationCases } from '../support/generation-case.ts';
import { autoModelOf, readModelCase } from '../support/model-case.ts';

const models = [...new Set(generationCases.cases.map(({ model }) => model))];

describe.each(models)('%s generates as transformers does', async (name) => {
  const fixture = readModelCase(name);
  const model = (await autoModelOf(fixture).from_pretrained(fixture.folder)) as
    | CausalLM
    | Seq2SeqLM;
  afterAll(() => releaseSessions(model));
  const prompts = Object.entries(fixture.prompt);
  const own = generationCases.cases.filter((each) => each.model === name);

  it.each(own)('$name', async (want) => {
    const inputs = Object.fromEntries(
      prompts.map(([key, ids]) => [key, ids.slice([0, want.rows])]),
    );
    const { uniforms, taken } = fixedUniforms();
    const output = await generate(model, inputs, {
      max_new_tokens: 10,
      ...want.options,
      ...(want.draws && { uniforms }),
      ...(want.steps && { output_scores: true, output_logits: true }),
    });
    expect(output.sequences).toEqual(want.sequences);
    expect(taken()).toBe(want.draws ?? 0);
    if (want.steps) checkScores(output, want);
  });
});

function checkScores(output: GenerateOutput, want: GenerationCase): void {
  expect(output.scores).toHaveLength(want.steps!);
  expect(output.logits).toHaveLength(want.steps!);
  near(output.logits![0]!, want.first_logits!);
  near(output.scores!.at(-1)!, want.last_scores!);
  if (want.sequences_scores) near([output.sequences_scores!], [want.sequences_scores]);
  const transitions = computeTransitionScores(output);
  if (want.transitions) {
    expect(output.beam_indices).toEqual(want.beam_indices);
    near(transitions, want.transitions);
    near(computeTransitionScores(output, { normalize_logits: true }), want.normalized!);
  } else {
    // Groups of beams: there is nothing to compare with, but the scores must add up.
    output.sequences_scores!.forEach((score, text) => {
      const sum = transitions[text]!.reduce((total, each) => total + each, 0);
      const length = output.beam_indices![text]!.filter((row) => row >= 0).length;
      expect(Math.abs(sum / length - score)).toBeLessThan(1e-4);
    });
  }
}

/** Equal to 1e-4: logits of some tens, whose f32 sums go in another order. */
function near(
  got: readonly ArrayLike<number>[],
  want: readonly (readonly (number | null)[])[],
): void {
  expect(got.map(({ length }) => length)).toEqual(want.map(({ length }) => length));
  want.forEach((row, i) => {
    row.forEach((value, j) => {
      const number = got[i]![j]!;
      const limit = value ?? Number.NEGATIVE_INFINITY;
      if (Number.isFinite(limit)) expect(Math.abs(number - limit)).toBeLessThan(1e-4);
      else expect(number).toBe(limit);
    });
  });
}
