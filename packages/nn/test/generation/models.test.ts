import {
  type CausalLM,
  type GenerateOptions,
  generate,
  releaseSessions,
  type Seq2SeqLM,
} from '@llm/nn';
import { afterAll, describe, expect, it } from 'vitest';
import { autoModelOf, modelCases, readModelCase } from '../support/model-case.ts';

/** What tools/reference/nn_models.py asked for. */
const searches: Record<string, GenerateOptions> = {
  greedy: {},
  beam: { num_beams: 4, num_return_sequences: 2, length_penalty: 0.8 },
  early: { num_beams: 3, early_stopping: true },
  processed: {
    repetition_penalty: 1.3,
    no_repeat_ngram_size: 2,
    min_new_tokens: 4,
    bad_words_ids: [[5], [7, 8]],
    suppress_tokens: [9, 11],
  },
};

const generative = modelCases.map(readModelCase).filter(({ generated }) => generated.greedy);

// Prompts are padded: decoders on the left, encoders on the right.
describe.each(generative)('$name generates as transformers does', async (fixture) => {
  const model = (await autoModelOf(fixture).from_pretrained(fixture.folder)) as
    | CausalLM
    | Seq2SeqLM;
  afterAll(() => releaseSessions(model));

  it.each(Object.keys(searches))('%s', async (name) => {
    const output = await generate(model, fixture.prompt, { ...searches[name], max_new_tokens: 10 });
    const skip = model.config.is_encoder_decoder ? 0 : fixture.prompt.input_ids!.shape[1]!;
    const want = (await fixture.generated[name]!.toArray()) as number[][];
    expect(output.sequences.map((row) => row.slice(skip))).toEqual(want);
  });
});
