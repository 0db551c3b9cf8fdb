import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AutoModelForCausalLM, type CausalLM, setDefaultDevice } from '@llm/nn';
import { loadAdapter, Peft } from '@llm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate, fineTune, pipeline } from '../../src/index.ts';

setDefaultDevice('wasm');
const at = (name: string) => new URL(`../fixtures/pipelines/${name}`, import.meta.url);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-fine-tune-'));
});
afterAll(() => rm(folder, { recursive: true }));

const args = { disable_tqdm: true, logging_strategy: 'no' as const, learning_rate: 3e-3 };

it('teaches classes, and saves a model that does the task', async () => {
  const things = ['film', 'food', 'service', 'tower', 'city', 'program'];
  const rows = things.flatMap((thing) => [
    { text: `I loved the ${thing}, wonderful!`, label: 'good' },
    { text: `The ${thing} was cold and slow.`, label: 'bad' },
  ]);
  const output = join(folder, 'classes');
  const { pipeline: classify, metrics } = await fineTune('text-classification', rows, {
    model: at('plain'),
    output,
    eval_rows: [
      { text: 'I loved the engine, wonderful!', label: 'good' },
      { text: 'The acting was cold and slow.', label: 'bad' },
    ],
    args: { ...args, num_train_epochs: 20 },
  });
  expect(metrics).toEqual({ accuracy: 1, f1: 1 });
  const loaded = await pipeline('text-classification', output);
  const text = 'I loved the capital, wonderful!';
  const [[own], [other]] = await Promise.all([classify(text), loaded(text)]);
  expect(own!.label).toBe('good');
  expect(other!.label).toBe('good');
  expect(other!.score).toBeCloseTo(own!.score, 5);
});

it('teaches tags, a word that is several pieces included', async () => {
  const rows = ['Wolfgang', 'Clara'].flatMap((name) =>
    ['Paris', 'Berlin'].map((city) => ({
      tokens: [name, 'lives', 'in', city, '.'],
      tags: ['B-PER', 'O', 'O', 'B-LOC', 'O'],
    })),
  );
  const { pipeline: tag, metrics } = await fineTune('token-classification', rows, {
    model: at('entities'), // which has other tags
    eval_rows: [rows[0]!],
    args: { ...args, learning_rate: 1e-2, num_train_epochs: 80 },
  });
  expect(metrics).toMatchObject({ f1: 1, accuracy: 1 });
  const found = await tag('Clara lives in Paris .', { aggregation_strategy: 'first' });
  expect(found.map(({ entity_group, word }) => `${word} ${entity_group}`)).toEqual([
    'Clara PER',
    'Paris LOC',
  ]);
});

it('teaches answers', async () => {
  const places = ['Paris', 'Berlin', 'New York'];
  const rows = places.map((place) => {
    const context = `My name is Wolfgang and I live in ${place}.`;
    const answers = { text: [place], answer_start: [context.indexOf(place)] };
    return { question: 'Where do I live?', context, answers };
  });
  const { metrics } = await fineTune('question-answering', rows, {
    model: at('answers'),
    eval_rows: rows,
    args: { ...args, learning_rate: 1e-2, num_train_epochs: 150 },
  });
  expect(metrics.f1).toBe(100);
  expect(metrics.exact_match).toBe(100);
});

it('teaches summaries', async () => {
  const rows = [{ text: 'The food, the food and the food.', summary: 'The food' }];
  const { metrics } = await fineTune('summarization', rows, {
    model: at('m2m'),
    eval_rows: rows,
    args: { ...args, learning_rate: 1e-2, num_train_epochs: 60 },
  });
  expect(metrics.rouge1).toBeGreaterThan(0.9);
});

it('teaches translations', async () => {
  const rows = [
    { source: 'The food', target: 'Das Essen' },
    { source: 'The film', target: 'Der Film' },
  ];
  const { metrics } = await fineTune('translation', rows, {
    model: at('m2m'),
    eval_rows: rows,
    args: { ...args, learning_rate: 1e-2, num_train_epochs: 200 },
  });
  expect(metrics.chrf).toBeGreaterThan(90);
});

it('teaches what to answer, by an adapter that is saved merged and by itself', async () => {
  const messages = [
    { role: 'user', content: 'The food?' },
    { role: 'assistant', content: 'I loved it' },
  ];
  const rows = [{ messages }];
  const output = join(folder, 'chat');
  const before = await evaluate('text-generation', rows, { model: at('decoder') });
  const { metrics, model } = await fineTune('text-generation', rows, {
    model: at('decoder'),
    output,
    eval_rows: rows,
    peft_config: { peft_type: 'LORA', r: 8, target_modules: 'all-linear' },
    args: { ...args, learning_rate: 2e-2, num_train_epochs: 30 },
  });
  expect(metrics.perplexity).toBeLessThan(before.perplexity! / 5);
  expect(model.parameters().every(({ trainable }) => !trainable)).toBe(true);
  const again = await evaluate('text-generation', rows, { model: output });
  expect(again.perplexity).toBeCloseTo(metrics.perplexity!, 3);

  const base = await AutoModelForCausalLM.from_pretrained(at('decoder'));
  const peft = new Peft(base);
  await loadAdapter(pathToFileURL(join(output, 'adapter/')), peft);
  const inputs = { input_ids: [[5, 6, 7]] };
  const [merged, adapted] = [model as CausalLM, peft.model].map((each) => each(inputs).logits);
  expect(await merged!.sub(adapted!).abs().max().item()).toBeLessThan(1e-4);
});

it('teaches texts, in windows where they are long', async () => {
  const rows = [{ text: 'the food and '.repeat(300) }, { text: 'the film and the city' }];
  const { metrics, pipeline: run } = await fineTune('text-generation', rows, {
    model: at('decoder'),
    eval_rows: [rows[1]!],
    args: { ...args, learning_rate: 1e-3, max_steps: 2, per_device_train_batch_size: 2 },
  });
  expect(Object.keys(metrics)).toEqual(['perplexity', 'tokens']);
  run.dispose();
});

it('teaches by normalizations alone, whose new values are in the saved model', async () => {
  const rows = [{ text: 'the film and the city and the food' }];
  const output = join(folder, 'norms');
  const before = await evaluate('text-generation', rows, { model: at('decoder') });
  const { metrics } = await fineTune('text-generation', rows, {
    model: at('decoder'),
    output,
    eval_rows: rows,
    peft_config: { peft_type: 'LN_TUNING' },
    args: { ...args, learning_rate: 2e-2, num_train_epochs: 5 },
  });
  expect(metrics.perplexity).toBeLessThan(before.perplexity!);
  const again = await evaluate('text-generation', rows, { model: output });
  expect(again.perplexity).toBeCloseTo(metrics.perplexity!, 3);
});

it('refuses an adapter that could not be merged, before it loads anything', async () => {
  const options = { model: 'nobody/nothing', peft_config: { peft_type: 'PROMPT_TUNING' } as never };
  const rows = [{ text: 'a b' }, { text: 'c d' }];
  await expect(fineTune('text-generation', rows, options)).rejects.toThrow(
    /peft_config wants peft_type LORA, IA3, LN_TUNING, .*: got "PROMPT_TUNING"/,
  );
});

it.each([
  ['text-classification', [{ text: 'x' }, { text: 'y', label: 'b' }], /row 0: label wants a text/],
  ['text-classification', [{ text: 'x', label: 'a' }], /two rows or more/],
  [
    'text-classification',
    [
      { text: 'x', label: 'a' },
      { text: 'y', label: 'a' },
    ],
    /two labels/,
  ],
  ['question-answering', [{ question: 'q', context: 'c' }], /answers wants/],
  [
    'question-answering',
    [{ question: 'q', context: 'c', answers: { text: ['d'], answer_start: [0] } }],
    /the context has no "d" at 0/,
  ],
  [
    'token-classification',
    [{ tokens: ['a', 'b'], tags: ['O'] }],
    /row 0: tags wants a tag for each/,
  ],
  [
    'text-generation',
    [{ messages: [{ role: 'user', content: 'x' }] }],
    /row 0: messages wants a list/,
  ],
  ['translation', [{ source: 'x', target: ' ' }], /row 0: target wants a text/],
  [
    'singing',
    [],
    /teaches text-classification, token-classification, question-answering, summarization, translation, text-generation/,
  ],
] as const)('%s refuses %j', async (task, rows, message) => {
  const model = at('plain');
  await expect(fineTune(task as 'translation', rows as never, { model })).rejects.toThrow(message);
});
