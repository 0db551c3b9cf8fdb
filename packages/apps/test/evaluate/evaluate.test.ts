import { readFileSync } from 'node:fs';
import { setDefaultDevice } from '@llm/nn';
import { expect, it, vi } from 'vitest';
import { type EvaluationTask, evaluate, pipeline } from '../../src/index.ts';

setDefaultDevice('wasm');
const at = (name: string) => new URL(`../fixtures/pipelines/${name}`, import.meta.url);
interface Result {
  readonly task: string;
  readonly model: string;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}
const results = JSON.parse(
  readFileSync(new URL('../fixtures/pipelines/results.json', import.meta.url), 'utf8'),
) as Result[];
/** The models of the fixtures that do a task. */
const modelOf = (task: string) => at(results.find((each) => each.task === task)!.model);

it('scores classes: what the model says is right, and one row that is not', async () => {
  const run = await pipeline('text-classification', modelOf('text-classification'));
  const texts = ['I loved it', 'The soup was cold', 'A wonderful film', 'slow'];
  const said = (await run(texts)).map(({ label }) => label);
  const rows = texts.map((text, i) => ({ text, label: said[i]! }));
  expect(await evaluate('text-classification', rows, { pipeline: run })).toEqual({
    accuracy: 1,
    f1: 1,
  });
  rows[0] = { ...rows[0]!, label: 'another' };
  const on_row = vi.fn();
  const on_progress = vi.fn();
  const scores = await evaluate('text-classification', rows, {
    pipeline: run,
    on_row,
    on_progress,
  });
  expect(scores.accuracy).toBe(0.75);
  expect(on_row).toHaveBeenCalledTimes(4);
  expect(on_row).toHaveBeenCalledWith({ index: 1, row: rows[1], prediction: said[1] });
  expect(on_progress).toHaveBeenLastCalledWith(4, 4);
  run.dispose();
});

it('reads the tag of a word from its first token', async () => {
  const model = modelOf('token-classification');
  const run = await pipeline('token-classification', model);
  const tokens = ['My', 'name', 'is', 'Wolfgang', 'and', 'I', 'live', 'in', 'Berlin', '.'];
  const text = tokens.join(' ');
  const pieces = await run(text, { ignore_labels: [] });
  let end = -1;
  const tags = tokens.map((token) => {
    const start = end + 1;
    end = start + token.length;
    return pieces.find((piece) => piece.start === start)!.entity;
  });
  const scores = await evaluate('token-classification', [{ tokens, tags }], { pipeline: run });
  expect(scores.accuracy).toBe(1);
  const wrong = tags.with(3, tags[3] === 'O' ? 'B-X' : 'O');
  const less = await evaluate('token-classification', [{ tokens, tags: wrong }], { pipeline: run });
  expect(less.accuracy).toBeCloseTo(0.9, 12);
  run.dispose();
});

it('scores answers, rankings, similarities, translations, summaries and texts', async () => {
  const context = 'My name is Wolfgang and I live in Berlin';
  const question = 'Where do I live?';
  const answering = await pipeline('question-answering', modelOf('question-answering'));
  const { answer, start } = await answering(question, context);
  const answers = { text: [answer], answer_start: [start] };
  const found = await evaluate('question-answering', [{ question, context, answers }], {
    pipeline: answering,
  });
  expect(found).toEqual({ exact_match: 100, f1: 100 });

  const ranking = await pipeline('text-ranking', at('ranking'));
  const documents = ['a tower in Paris', 'the soup was cold', 'Berlin is a city'];
  const order = await ranking('Where is Berlin?', documents);
  const rows = [{ query: 'Where is Berlin?', documents, relevant: [order[1]!.corpus_id] }];
  const ranked = await evaluate('text-ranking', rows, { pipeline: ranking });
  expect(ranked['mrr@10']).toBe(0.5);
  expect(ranked['ndcg@10']).toBeCloseTo(1 / Math.log2(3), 12);

  const similar = await evaluate(
    'sentence-similarity',
    [
      { sentence1: 'a city', sentence2: 'a city', score: 5 },
      { sentence1: 'a city', sentence2: 'the soup was cold', score: 1 },
      { sentence1: 'a city', sentence2: 'a tower', score: 2 },
    ],
    { model: at('plain') },
  );
  expect(similar.spearman).toBeGreaterThan(0.4);

  const translating = await pipeline('translation', modelOf('translation'));
  const [{ translation_text }] = (await translating('I live in Berlin')) as [
    { translation_text: string },
  ];
  const target = translation_text || 'nichts';
  const translated = await evaluate('translation', [{ source: 'I live in Berlin', target }], {
    pipeline: translating,
  });
  expect(translated.chrf).toBeCloseTo(translation_text ? 100 : 0, 6);
});

it('gives the perplexity over all tokens', async () => {
  const run = await pipeline('text-generation', modelOf('text-generation'));
  const texts = ['I live in Berlin', 'The soup was cold and slow.'];
  const { perplexity, tokens } = await evaluate(
    'text-generation',
    texts.map((text) => ({ text })),
    { pipeline: run },
  );
  let loss = 0;
  let count = 0;
  for (const text of texts) {
    const { ids } = run.tokenizer.encode_plus(text);
    const output = run.model.forward({ input_ids: [ids], labels: [ids] });
    loss += Number(await output.loss!.item()) * (ids.length - 1);
    count += ids.length - 1;
  }
  expect(tokens).toBe(count);
  expect(Math.log(perplexity!)).toBeCloseTo(loss / count, 4);
  run.dispose();
});

it.each([
  ['no-task', [{}], /evaluate: scores text-classification, .*got "no-task"/],
  ['text-classification', [], /evaluate: got no rows/],
  [
    'text-classification',
    [
      { text: 'a', label: 'b' },
      { text: '', label: 'b' },
    ],
    /row 1: text wants a text that is not empty: got ""/,
  ],
  [
    'token-classification',
    [{ tokens: ['a', 'b'], tags: ['O'] }],
    /row 0: tags wants a tag for each of the 2 tokens/,
  ],
  [
    'sentence-similarity',
    [{ sentence1: 'a', sentence2: 'b' }],
    /row 0: score wants a number: got nothing/,
  ],
  [
    'text-ranking',
    [{ query: 'a', documents: ['b'], relevant: [1] }],
    /row 0: relevant wants positions of documents, 0 to 0/,
  ],
])('refuses %s, %j', async (task, rows, message) => {
  const call = evaluate(task as EvaluationTask, rows, { model: modelOf('text-classification') });
  await expect(call).rejects.toThrow(message);
});

it('takes a pipeline or a model, not both, and no option that a pipeline would ignore', async () => {
  const run = await pipeline('text-classification', modelOf('text-classification'));
  const rows = [{ text: 'a', label: 'b' }];
  await expect(
    evaluate('text-classification', rows, { pipeline: run, model: at('classes') }),
  ).rejects.toThrow('both a pipeline and a model');
  await expect(
    evaluate('text-classification', rows, { pipeline: run, dtype: 'f16' }),
  ).rejects.toThrow(/dtype/);
  run.dispose();
});
