import {
  AutoModelForCausalLM,
  type CausalLM,
  computeTransitionScores,
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
    { top_k: 0 },
    { top_k: 3, temperature: 2 },
    { top_k: 7, top_p: 0.6 },
    { top_k: 0, top_p: 0.8, temperature: 4 },
    { top_k: 100, top_p: 0 },
  ])('draws on the device with $0 what it draws on the host', async (options) => {
    const all = { ...options, do_sample: true, seed: 11, num_return_sequences: 5 };
    // Who wants scores gets them on the host, and then the token is drawn there, too.
    expect(await run(all)).toEqual(await run({ ...all, output_scores: true }));
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

  it('lets the caller change scores, and gives what they were in the end', async () => {
    const forced = await generate(model, prompt, {
      max_new_tokens: 2,
      output_scores: true,
      logits_processor: [(_, scores) => void scores.fill(-50).fill(0, 17, 18)],
    });
    expect(forced.generated).toEqual([[17, 17]]);
    expect(Array.from(forced.scores![1]![0]!)).toEqual(
      Array.from({ length: 41 }, (_, id) => (id === 17 ? 0 : -50)),
    );
    expect(computeTransitionScores(forced)).toEqual([[0, 0]]);
    const [sums] = computeTransitionScores(forced, { normalize_logits: true });
    expect(sums![0]).toBeCloseTo(0, 5);
    const plain = await generate(model, prompt, { max_new_tokens: 2 });
    expect(plain.scores).toBeUndefined();
    expect(() => computeTransitionScores(plain)).toThrow('wants scores');
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

  it('names options whose values do not work, alone or together', async () => {
    const refused: [object, string][] = [
      [{ topk: 3 }, 'unknown option topk'],
      [{ toString: 3 }, 'unknown option toString'],
      [{ temperature: 0, do_sample: true }, 'temperature must be a number above 0: got 0'],
      [{ top_k: 1.5 }, 'top_k must be a whole number at least 0: got 1.5'],
      [{ top_p: '1' }, 'top_p must be a number at least 0 and at most 1: got "1"'],
      [{ do_sample: 1 }, 'do_sample must be one of true, false: got 1'],
      [{ suppress_tokens: ['a'] }, 'suppress_tokens wants ids of tokens'],
      [{ num_return_sequences: 2 }, 'num_return_sequences is 2'],
      [{ num_beams: 4, num_beam_groups: 3, diversity_penalty: 1 }, 'must be a multiple'],
      [{ num_beams: 4, num_beam_groups: 2 }, 'wants a diversity_penalty above 0'],
      [{ diversity_penalty: 1 }, 'wants num_beam_groups above 1'],
      [
        { num_beams: 2, num_beam_groups: 2, diversity_penalty: 1, do_sample: true },
        'do not sample',
      ],
      [{ guidance_scale: 2, num_beams: 2 }, 'does not go with beams'],
      [{ negative_prompt_ids: [[1]] }, 'wants a guidance_scale'],
      [
        { guidance_scale: 2, negative_prompt_ids: [[1], [2]] },
        'wants a row for each of the 1 prompts',
      ],
      [{ assistant_model: model, prompt_lookup_num_tokens: 2 }, 'choose one'],
      [{ prompt_lookup_num_tokens: 2, num_beams: 2 }, 'makes one text'],
      [{ prompt_lookup_num_tokens: 2, guidance_scale: 2 }, 'does not go with assisted'],
      [{ do_sample: true, uniforms: () => [1] }, 'from 0 to below 1: got 1'],
      [{ do_sample: true, num_beams: 3, top_k: 1 }, 'fewer are left'],
      [{ prefix_allowed_tokens_fn: () => [] }, 'allows no token'],
      [{ stop_strings: ['x'] }, 'stop_strings wants the tokenizer'],
      [{ max_new_tokens: null, max_length: 3 }, 'no room for new tokens'],
    ];
    for (const [options, message] of refused) {
      await expect(run(options as GenerateOptions), message).rejects.toThrow(message);
    }
    await expect(generate(model, {})).rejects.toThrow('wants input_ids');
  });

  it('allows what a function of the prompt allows', async () => {
    const asked: unknown[] = [];
    const prefix_allowed_tokens_fn = (row: number, ids: readonly number[]) => {
      asked.push([row, ids.length]);
      return [ids.length];
    };
    expect(await run({ max_new_tokens: 2, prefix_allowed_tokens_fn })).toEqual([[4, 5]]);
    expect(asked).toEqual([
      [0, 4],
      [0, 5],
    ]);
  });

  it('is not stopped by what only a stored configuration holds', async () => {
    const stored = model.generation_config;
    model.generation_config = { ...stored, cache_implementation: 'hybrid', penalty_alpha: 0.6 };
    expect((await run({}))[0]).toHaveLength(6);
    model.generation_config = stored;
  });
});
