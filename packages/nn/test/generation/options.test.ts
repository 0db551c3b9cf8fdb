import {
  AutoModelForCausalLM,
  type CausalLM,
  type GenerateOptions,
  generate,
  manualSeed,
  releaseSessions,
  stream,
} from '@llm/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelCase } from '../support/model-case.ts';

const fixture = readModelCase('llama');
const prompt = { input_ids: [[3, 4, 5, 6]] };
let model: CausalLM;
beforeAll(async () => {
  model = await AutoModelForCausalLM.from_pretrained(fixture.folder);
});
afterAll(() => releaseSessions(model));

const run = async (options: GenerateOptions) =>
  (await generate(model, prompt, { max_new_tokens: 6, eos_token_id: 99, ...options })).generated;

describe('sampling', () => {
  it('draws the same for one seed, and other texts for others', async () => {
    const draw = (seed: number) => run({ do_sample: true, top_k: 0, seed });
    expect(await draw(1)).toEqual(await draw(1));
    const texts = await Promise.all([1, 2, 3, 4].map(draw));
    expect(new Set(texts.map(String)).size).toBeGreaterThan(1);
  });

  it('goes on from the default generator without a seed', async () => {
    manualSeed(7);
    const first = await run({ do_sample: true });
    manualSeed(7);
    expect(await run({ do_sample: true })).toEqual(first);
  });

  it.each<GenerateOptions>([
    { top_k: 1 },
    { top_k: 0, top_p: 1e-9 },
    { top_k: 0, min_p: 1 },
    { top_k: 0, epsilon_cutoff: 0.999999 },
    { top_k: 0, temperature: 1e-5 },
  ])('is greedy where $0 leaves one token', async (options) => {
    expect(await run({ do_sample: true, seed: 3, ...options })).toEqual(await run({}));
  });

  it('draws tokens as often as they are likely', async () => {
    const { logits } = model.forward(prompt);
    const scores = Array.from(await logits.slice(0, -1).softmax().data());
    const rows = 400;
    const { generated } = await generate(model, prompt, {
      do_sample: true,
      top_k: 0,
      max_new_tokens: 1,
      num_return_sequences: rows,
      seed: 5,
    });
    const [likeliest] = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
    const share = generated.filter(([token]) => token === likeliest).length / rows;
    const p = scores[likeliest!]!;
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / rows));
  });
});

describe('generation', () => {
  it('streams what generate() returns, and tells a callback', async () => {
    const told: unknown[] = [];
    const streamed: unknown[] = [];
    const options = { max_new_tokens: 6, eos_token_id: 99 };
    for await (const tokens of stream(model, prompt, {
      ...options,
      streamer: (step) => void told.push(step[0]),
    })) {
      streamed.push(tokens[0]);
    }
    expect([streamed]).toEqual(await run({}));
    expect(told).toEqual(streamed);
  });

  it('ends with the caller: by the signal, by a criterion, by a string, or by leaving the loop', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(run({ signal })).rejects.toBe(reason);
    const [greedy] = await run({});
    const cut = await run({ stopping_criteria: [(_, added) => added.length === 2] });
    expect(cut).toEqual([greedy!.slice(0, 2)]);
    const tokenizer = { decode: (ids: number[]) => ids.map((id) => `<${id}>`).join('') };
    const text = `<${greedy![2]}>`;
    const end = greedy!.indexOf(greedy![2]!) + 1;
    expect(await run({ stop_strings: text, tokenizer })).toEqual([greedy!.slice(0, end)]);
    for await (const _ of stream(model, prompt, { max_new_tokens: 6 })) break;
    expect(await run({})).toEqual([greedy]); // the session is free again
  });

  it('lets the caller change scores, and gives log-probabilities', async () => {
    const forced = await generate(model, prompt, {
      max_new_tokens: 2,
      output_scores: true,
      logits_processor: [(_, scores) => void scores.fill(-50).fill(0, 17, 18)],
    });
    expect(forced.generated).toEqual([[17, 17]]);
    expect(forced.scores![0]![0]).toBeCloseTo(0, 5);
  });

  it('penalizes by presence and frequency', async () => {
    const [greedy] = await run({ presence_penalty: 1e4 });
    expect(new Set(greedy).size).toBe(greedy!.length);
    expect(await run({ frequency_penalty: 1e4 })).toEqual([greedy]);
  });

  it('keeps the model as it was', async () => {
    model.train();
    await run({});
    expect(model.training).toBe(true);
    model.eval();
  });

  it('names what it does not support', async () => {
    const refused: [object, string][] = [
      [{ penalty_alpha: 0.6 }, 'penalty_alpha is not supported'],
      [{ num_beam_groups: 2 }, 'num_beam_groups is not supported'],
      [{ topk: 3 }, 'topk is not supported'],
      [{ temperature: 0, do_sample: true }, 'temperature must be above 0: got 0'],
      [{ num_beams: 2, do_sample: true }, 'num_beams with do_sample is not supported'],
      [{ num_return_sequences: 2 }, 'num_return_sequences is 2'],
      [{ stop_strings: ['x'] }, 'stop_strings wants the tokenizer'],
      [{ max_new_tokens: null, max_length: 3 }, 'no room for new tokens'],
    ];
    for (const [options, message] of refused) {
      await expect(run(options as GenerateOptions), message).rejects.toThrow(message);
    }
    await expect(generate(model, {})).rejects.toThrow('wants input_ids');
  });

  it('is not stopped by what only a stored configuration holds', async () => {
    const stored = model.generation_config;
    model.generation_config = { ...stored, cache_implementation: 'hybrid', penalty_alpha: 0.6 };
    expect((await run({}))[0]).toHaveLength(6);
    model.generation_config = stored;
  });
});
