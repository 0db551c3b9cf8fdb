import {
  AutoModelForCausalLM,
  type CausalLM,
  type GenerateOptions,
  generate,
  releaseSessions,
} from '@llm/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generationCases } from '../support/generation-case.ts';
import { readModelCase } from '../support/model-case.ts';

/** Every field of `GenerationConfig` that works, with a call that it changes (or, if empty, is tested elsewhere). */
const working: Readonly<Record<string, GenerateOptions>> = {
  max_length: { max_length: 6, max_new_tokens: null },
  max_new_tokens: { max_new_tokens: 3 },
  min_length: { min_length: 8, eos_token_id: [...Array(41).keys()].slice(0, 40) },
  min_new_tokens: { min_new_tokens: 4, eos_token_id: [...Array(41).keys()].slice(0, 40) },
  early_stopping: { num_beams: 3, early_stopping: true, eos_token_id: [...Array(20).keys()] },
  max_time: { max_time: 0 },
  stop_strings: { stop_strings: 'x', tokenizer: { decode: () => 'x' } },
  do_sample: { do_sample: true, top_k: 0, temperature: 3, seed: 1 },
  num_beams: { num_beams: 4 },
  num_beam_groups: {
    num_beams: 2,
    num_beam_groups: 2,
    diversity_penalty: 5,
    num_return_sequences: 2,
  },
  temperature: { do_sample: true, top_k: 0, temperature: 50, seed: 1 },
  top_k: { do_sample: true, top_k: 2, temperature: 50, seed: 1 },
  top_p: { do_sample: true, top_k: 0, top_p: 0.2, temperature: 5, seed: 1 },
  min_p: { do_sample: true, top_k: 0, min_p: 0.5, temperature: 5, seed: 1 },
  typical_p: { do_sample: true, top_k: 0, typical_p: 0.2, temperature: 5, seed: 1 },
  epsilon_cutoff: { do_sample: true, top_k: 0, epsilon_cutoff: 0.05, temperature: 5, seed: 1 },
  eta_cutoff: { do_sample: true, top_k: 0, eta_cutoff: 0.5, temperature: 5, seed: 1 },
  diversity_penalty: {
    num_beams: 2,
    num_beam_groups: 2,
    diversity_penalty: 9,
    num_return_sequences: 2,
  },
  repetition_penalty: { repetition_penalty: 5 },
  encoder_repetition_penalty: { encoder_repetition_penalty: 50 },
  length_penalty: { num_beams: 4, length_penalty: -9, eos_token_id: [...Array(20).keys()] },
  no_repeat_ngram_size: { no_repeat_ngram_size: 1 },
  bad_words_ids: { bad_words_ids: [...Array(30).keys()].map((id) => [id]) },
  renormalize_logits: { renormalize_logits: true, output_scores: true },
  forced_bos_token_id: {},
  forced_eos_token_id: { forced_eos_token_id: 17 },
  remove_invalid_values: { remove_invalid_values: true, bad_words_ids: [[1]], output_scores: true },
  exponential_decay_length_penalty: { exponential_decay_length_penalty: [0, 90], eos_token_id: 7 },
  suppress_tokens: { suppress_tokens: [...Array(30).keys()] },
  begin_suppress_tokens: { begin_suppress_tokens: [...Array(30).keys()] },
  sequence_bias: { sequence_bias: [[[17], 1e4]] },
  guidance_scale: { guidance_scale: 40 },
  num_return_sequences: { num_beams: 2, num_return_sequences: 2 },
  output_scores: { output_scores: true },
  output_logits: { output_logits: true },
  pad_token_id: {},
  bos_token_id: {},
  eos_token_id: { eos_token_id: [...Array(41).keys()] },
  encoder_no_repeat_ngram_size: { encoder_no_repeat_ngram_size: 1, sequence_bias: [[[4], 100]] },
  decoder_start_token_id: {},
  // That these change nothing but the number of passes is tested with assisted generation.
  num_assistant_tokens: {},
  num_assistant_tokens_schedule: {},
  assistant_confidence_threshold: {},
  prompt_lookup_num_tokens: {},
  max_matching_ngram_size: {},
};

/** Fields that do not work: a value that asks for something, and what the error says. */
const refused: Readonly<Record<string, unknown>> = {
  use_cache: false,
  cache_implementation: 'static',
  cache_config: {},
  return_legacy_cache: true,
  prefill_chunk_size: 8,
  force_words_ids: [[4]],
  constraints: [{}],
  token_healing: true,
  watermarking_config: {},
  output_attentions: true,
  output_hidden_states: true,
  is_assistant: true,
  assistant_early_exit: 1,
  assistant_lookbehind: 5,
  target_lookbehind: 5,
  compile_config: {},
  disable_compile: true,
  low_memory: true,
  penalty_alpha: 0.6,
  dola_layers: 'high',
};

/** Fields that ask for nothing. */
const silent = [
  'return_dict_in_generate',
  '_from_model_config',
  '_commit_hash',
  'transformers_version',
];

const names = Object.keys(generationCases.defaults);
const prompt = { input_ids: [[3, 4, 5, 6]] };
let model: CausalLM;
beforeAll(async () => {
  model = await AutoModelForCausalLM.from_pretrained(readModelCase('llama').folder);
});
afterAll(() => releaseSessions(model));

const run = (options: GenerateOptions) =>
  generate(model, prompt, { max_new_tokens: 6, eos_token_id: 99, ...options });

describe('every field of GenerationConfig', () => {
  it('works, is refused, or asks for nothing', () => {
    const known = [...Object.keys(working), ...Object.keys(refused), ...silent];
    expect(known.sort()).toEqual([...names].sort());
  });

  it('has no effect with its default', async () => {
    const { eos_token_id: _, ...defaults } = generationCases.defaults;
    const withDefaults = await run({ ...defaults, max_new_tokens: 6 } as GenerateOptions);
    expect(withDefaults).toEqual(await run({}));
  });

  const changing = Object.entries(working).filter(([, options]) => Object.keys(options).length > 0);
  it.each(changing)('%s changes what comes out', async (name, options) => {
    const { [name as keyof GenerateOptions]: value, ...others } = options;
    expect(value).toBeDefined();
    const needed = needs[name] ?? [];
    const without = Object.fromEntries(
      Object.entries(others).filter(([other]) => !needed.includes(other)),
    );
    expect(await run(options)).not.toEqual(await run(without));
  });

  it.each(Object.entries(refused))('%s is refused', async (name, value) => {
    const call = run({ [name]: value } as GenerateOptions);
    await expect(call).rejects.toThrow(`${name} is not supported: got ${JSON.stringify(value)}; `);
  });

  it.each(Object.entries(refused))('%s does no harm in a file', async (name, value) => {
    const stored = model.generation_config;
    try {
      model.generation_config = { ...stored, [name]: value };
      expect((await run({})).generated[0]).toHaveLength(6);
    } finally {
      model.generation_config = stored;
    }
  });
});

/** Other options that are errors without the field. */
const needs: Readonly<Record<string, readonly string[]>> = {
  num_beam_groups: ['diversity_penalty'],
  diversity_penalty: ['num_beam_groups'],
};
