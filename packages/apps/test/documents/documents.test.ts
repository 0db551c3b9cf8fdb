import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultDevice } from '@llm/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerDocuments,
  cutPassages,
  PassageIndex,
  pipeline,
  readDocuments,
} from '../../src/index.ts';

setDefaultDevice('wasm');
const at = (name: string) => new URL(`../fixtures/pipelines/${name}`, import.meta.url);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-documents-'));
  await mkdir(join(folder, 'docs/deep'), { recursive: true });
  await mkdir(join(folder, 'docs/.hidden'));
  await writeFile(join(folder, 'docs/b.md'), 'I live in Berlin. Berlin is a city.');
  await writeFile(join(folder, 'docs/a.txt'), 'The soup was cold. The service was slow.');
  await writeFile(
    join(folder, 'docs/deep/c.html'),
    '<html><script>no()</script><body><p>A tower in Paris.</p></body></html>',
  );
  await writeFile(join(folder, 'docs/.hidden/d.txt'), 'not read');
  await writeFile(join(folder, 'docs/e.pdf'), '%PDF');
  await writeFile(join(folder, 'docs/f.txt'), Uint8Array.of(0x66, 0xff, 0xfe));
  await writeFile(join(folder, 'docs/g.txt'), '  \n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('readDocuments', () => {
  it('reads texts and pages, and says what it leaves out', async () => {
    const { documents, skipped } = await readDocuments(join(folder, 'docs'));
    expect(documents).toEqual([
      { id: 'a.txt', text: 'The soup was cold. The service was slow.' },
      { id: 'b.md', text: 'I live in Berlin. Berlin is a city.' },
      { id: 'deep/c.html', text: 'A tower in Paris.' },
    ]);
    expect(skipped.map(({ path, reason }) => [path, reason.slice(0, 16)])).toEqual([
      ['e.pdf', 'its kind is not '],
      ['f.txt', 'it is not UTF-8'],
      ['g.txt', 'it is empty'],
    ]);
  });

  it('refuses what holds no text', async () => {
    await expect(readDocuments(join(folder, 'nowhere'))).rejects.toThrow(/nowhere cannot be read/);
    await expect(readDocuments(join(folder, 'docs/.hidden/..', 'e.pdf'))).rejects.toThrow(
      /holds no text/,
    );
  });
});

describe('cutPassages', () => {
  const text =
    'One two three. Four five six seven.\n\nEight nine! Ten? Eleven twelve thirteen fourteen.';

  it.each([
    [10, 0],
    [12, 1],
    [16, 2],
    [9, 1],
    [100, 1],
  ])(
    'into %i tokens, sharing %i sentences: nothing is lost, nothing too long',
    async (max_tokens, overlap) => {
      const { tokenizer } = await pipeline('feature-extraction', at('plain'));
      const passages = cutPassages({ id: 'x', text }, tokenizer, { max_tokens, overlap });
      let covered = 0;
      for (const { start, end, text: part, document } of passages) {
        expect(document).toBe('x');
        expect(part).toBe(text.slice(start, end));
        expect(tokenizer.encode(part, { add_special_tokens: false }).length).toBeLessThanOrEqual(
          max_tokens,
        );
        expect(text.slice(covered, Math.max(covered, start)).trim()).toBe('');
        expect(end).toBeGreaterThan(covered);
        covered = end;
      }
      expect(covered).toBe(text.length);
    },
  );

  it('wants sizes', async () => {
    const { tokenizer } = await pipeline('feature-extraction', at('plain'));
    expect(() => cutPassages({ id: 'x', text }, tokenizer, { max_tokens: 0 })).toThrow(
      /max_tokens/,
    );
    expect(() => cutPassages({ id: 'x', text }, tokenizer, { overlap: -1 })).toThrow(/overlap/);
  });
});

describe('answerDocuments', () => {
  const documents = [
    { id: 'a', text: 'The soup was cold. The service was slow.' },
    { id: 'b', text: 'My name is Wolfgang and I live in Berlin.' },
    { id: 'c', text: 'A tower in Paris. A city.' },
  ];
  const models = { embedding: at('plain'), ranking: at('ranking'), answering: at('answers') };

  it('cites the words of the documents', async () => {
    const ask = await answerDocuments(documents, { models });
    const answers = await ask('Where do I live?', { top_k: 3 });
    expect(answers.length).toBe(3);
    for (const { answer, citations, score } of answers) {
      expect(score).toBeGreaterThan(0);
      expect(citations.length).toBeGreaterThan(0);
      for (const { document, start, end, passage } of citations) {
        const { text } = documents.find(({ id }) => id === document)!;
        expect(text.slice(start, end).toLowerCase()).toBe(answer.toLowerCase());
        expect(text).toContain(passage);
      }
    }
    const scores = answers.map(({ score }) => score!);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    ask.dispose();
  });

  it('finds by vectors the text that is the question, and orders by the ranking model', async () => {
    const embedding = await pipeline('feature-extraction', at('plain'));
    const plain = await answerDocuments(documents, {
      models: { ...models, embedding, ranking: null },
    });
    const [first] = await plain.find('A tower in Paris. A city.');
    expect(first).toMatchObject({ document: 'c' });
    expect(first!.score).toBeCloseTo(1, 5);
    const ranking = await pipeline('text-ranking', at('ranking'));
    const ranked = await answerDocuments(plain.index, {
      models: { ...models, embedding, ranking },
    });
    const order = await ranking(
      'Where is it?',
      plain.index.passages.map(({ text }) => text),
    );
    const found = await ranked.find('Where is it?', { read: 2 });
    expect(found.map(({ text }) => text)).toEqual(
      order.slice(0, 2).map(({ corpus_id }) => plain.index.passages[corpus_id]!.text),
    );
    for (const each of [plain, ranked, embedding, ranking]) each.dispose();
  });

  it('lets a language model answer, which documents cannot give orders by special tokens', async () => {
    const answering = await pipeline('text-generation', at('decoder'));
    const special = answering.tokenizer.id_to_token(answering.tokenizer.all_special_ids[0]!)!;
    const texts = documents.map(({ id, text }) => ({ id, text: `${text} ${special}` }));
    const prompts: string[] = [];
    const endless = new Proxy(answering.tokenizer, {
      get: (tokenizer, key) =>
        key === 'model_max_length' ? 1e30 : Reflect.get(tokenizer, key, tokenizer),
    });
    const says = Object.assign(
      async (prompt: unknown) => {
        prompts.push(JSON.stringify(prompt));
        return [{ generated_text: ' In Berlin [2]. ' }];
      },
      { ...answering, model: { config: {} }, tokenizer: endless },
    ) as unknown as typeof answering;
    const ask = await answerDocuments(texts, {
      models: { ...models, ranking: null, answering: says },
    });
    const [answer] = await ask('Where do I live?', { read: 3 });
    const found = await ask.find('Where do I live?', { read: 3 });
    expect(answer).toEqual({
      answer: 'In Berlin [2].',
      citations: [
        {
          document: found[1]!.document,
          start: found[1]!.start,
          end: found[1]!.end,
          passage: found[1]!.text,
        },
      ],
    });
    expect(prompts[0]).toContain('[3]');
    expect(prompts[0]).not.toContain(special);
    // This one takes 64 tokens.
    const short = await answerDocuments(ask.index, {
      models: { ...models, ranking: null, answering },
    });
    await expect(short('Where do I live?')).rejects.toThrow(/takes 64 tokens, too few/);
    for (const each of [ask, short, answering]) each.dispose();
  });

  it('keeps an index, and refuses a wrong one', async () => {
    const ask = await answerDocuments(documents, { models });
    const kept = join(folder, 'index');
    await ask.index.save(kept);
    const index = await PassageIndex.load(kept);
    expect(index.passages).toEqual(ask.index.passages);
    expect(index.vectors).toEqual(ask.index.vectors);
    await writeFile(join(kept, 'passages.json'), '[{"document": 1}]');
    await expect(PassageIndex.load(kept)).rejects.toThrow(/no list of passages/);
    await writeFile(join(kept, 'passages.json'), '[]');
    await expect(PassageIndex.load(kept)).rejects.toThrow(/wants vectors f32 \[0, width\]/);
    await expect(PassageIndex.load(join(folder, 'none'))).rejects.toThrow(/holds no index/);
    ask.dispose();
  });

  it.each([
    [[], {}, /no text to search in/],
    [[documents[0]!, documents[0]!], {}, /two documents have one id/],
    [documents, { overlap: 1, top: 3 }, /top/],
  ])('refuses %#', async (given, options, message) => {
    await expect(answerDocuments(given, { models, ...options })).rejects.toThrow(message);
  });

  it('refuses an empty question and unknown options', async () => {
    const ask = await answerDocuments(documents, { models });
    await expect(ask(' ')).rejects.toThrow('the question is empty');
    await expect(ask('Where?', { top_k: 0 })).rejects.toThrow(/top_k/);
    await expect(ask('Where?', { topK: 1 } as never)).rejects.toThrow(/topK/);
    ask.dispose();
  });
});
