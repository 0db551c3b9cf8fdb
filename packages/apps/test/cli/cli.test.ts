import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setDefaultDevice } from '@llm/nn';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelineTasks } from '../../src/index.ts';
import { run } from './run-cli.ts';

setDefaultDevice('wasm');
const model = (name: string) =>
  fileURLToPath(new URL(`../fixtures/pipelines/${name}`, import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('help', () => {
  it('lists the commands', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'run',
      'train',
      'evaluate',
      'ask',
      'chat',
      'translate',
      'serve',
      'tokenize',
      'inspect',
      'convert',
      'verify',
      'devices',
      'cache',
    ])
      expect(out).toContain(`  ${name} `);
  });

  it.each([
    'run',
    'train',
    'evaluate',
    'ask',
    'chat',
    'translate',
    'serve',
    'tokenize',
    'inspect',
    'convert',
    'verify',
    'devices',
    'cache',
  ])('of %s', async (name) => {
    const { code, out, err } = await run([name, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: llm ${name}`);
  });

  it('lists every task with its model', async () => {
    const { out } = await run(['run', '--list', '--json']);
    expect(JSON.parse(out).map(({ task }: { task: string }) => task)).toEqual(
      Object.keys(pipelineTasks),
    );
    expect((await run(['run', '--list'])).out).toContain(pipelineTasks.translation.model);
  });
});

it('tells the version of the package', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

describe('run', () => {
  it('classifies an argument', async () => {
    const { code, out } = await run([
      'run',
      'sentiment-analysis',
      '-m',
      model('classes'),
      'I loved it',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^(entailment|neutral|contradiction) {2}0\.\d{4}\n$/);
  });

  it('takes options of the task, lines of standard input, and prints JSON', async () => {
    const args = [
      'run',
      'text-classification',
      '-m',
      model('classes'),
      '--set',
      'top_k=2',
      '--json',
    ];
    const { out } = await run(args, { piped: 'one text\n\nanother\n' });
    const found = JSON.parse(out) as unknown[][];
    expect(found.map((classes) => classes.length)).toEqual([2, 2]);
  });

  it('answers questions', async () => {
    const { out } = await run([
      'run',
      'question-answering',
      '-m',
      model('answers'),
      '--json',
      '--question',
      'Where?',
      'My name is Wolfgang and I live in Berlin.',
    ]);
    const { answer, start, end } = JSON.parse(out) as {
      answer: string;
      start: number;
      end: number;
    };
    expect('My name is Wolfgang and I live in Berlin.'.slice(start, end)).toBe(answer);
  });

  it('compares texts', async () => {
    const args = [
      'run',
      'sentence-similarity',
      '-m',
      model('plain'),
      '--json',
      'Paris',
      'Paris',
      'food',
    ];
    const [same, other] = JSON.parse((await run(args)).out) as [number, number];
    expect(same).toBeCloseTo(1, 5);
    expect(other).toBeLessThan(1);
  });
});

describe('other commands', () => {
  it('shows tokens and counts them', async () => {
    const { out } = await run(['tokenize', '-m', model('classes'), '--json', 'Paris']);
    const [{ ids, tokens }] = JSON.parse(out) as [{ ids: number[]; tokens: string[] }];
    expect(tokens.slice(0, 1)).toEqual(['[CLS]']);
    expect((await run(['tokenize', '-m', model('classes'), '--count', 'Paris'])).out).toBe(
      `${ids.length}\n`,
    );
    const decoded = await run([
      'tokenize',
      '-m',
      model('classes'),
      '--decode',
      ids.slice(1, -1).join(' '),
    ]);
    expect(decoded.out).toBe('Paris\n');
  });

  it('inspects a model without loading it', async () => {
    const { out } = await run(['inspect', model('classes'), '--json']);
    const found = JSON.parse(out) as { parameters: number; bytes: number; format: string };
    expect(found.format).toBe('safetensors');
    expect(found.bytes).toBe(4 * found.parameters);
    expect((await run(['inspect', model('classes'), '--tensors'])).out).toContain(
      'classifier.weight',
    );
  });

  it('shows the kernels that run a model, and the memory they take', async () => {
    const args = ['inspect', model('classes'), '--kernels', '--tokens', '16', '--device', 'wasm'];
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).toContain('A forward pass of 1 × 16 tokens');
    expect(out).toMatch(/matmul .*\[16×\d+\]·\[\d+×\d+\]/);
    expect(out).toMatch(/\d+ kernels, .* moved.*\ntemporaries .*B/);
    const { kernels } = JSON.parse((await run([...args, '--json'])).out) as { kernels: string[] };
    expect(out).toContain(kernels.join('\n'));
  });

  it('converts a model, which then does the same in half the bytes', async () => {
    const output = join(folder, 'half');
    const { code, out } = await run(['convert', model('classes'), output, '--dtype', 'f16']);
    expect(code).toBe(0);
    expect(out).toMatch(/^BertForSequenceClassification, [\d,]+ parameters as f16/);
    const bytesOf = async (name: string) =>
      (JSON.parse((await run(['inspect', name, '--json'])).out) as { bytes: number }).bytes;
    // Weights of norms stay f32.
    expect((await bytesOf(output)) / (await bytesOf(model('classes')))).toBeCloseTo(0.5, 1);
    const labelOf = async (name: string) =>
      (await run(['run', 'text-classification', '-m', name, 'I loved it'])).out.split(' ')[0];
    expect(await labelOf(output)).toBe(await labelOf(model('classes')));
  });

  it('shows devices', async () => {
    const { wasm } = JSON.parse((await run(['devices', '--json'])).out) as {
      wasm: { threads: number };
    };
    expect(wasm.threads).toBeGreaterThan(0);
  });

  it('shows and removes what the cache holds', async () => {
    const { mkdir } = await import('node:fs/promises');
    const blobs = join(folder, 'cache', 'models--owner--name', 'blobs');
    await mkdir(blobs, { recursive: true });
    await writeFile(join(blobs, 'etag'), new Uint8Array(1500));
    const list = ['cache', 'list', '--cache-dir', join(folder, 'cache'), '--json'];
    expect(JSON.parse((await run(list)).out).repositories).toMatchObject([
      { name: 'owner/name', bytes: 1500 },
    ]);
    const remove = ['cache', 'remove', 'owner/name', '--cache-dir', join(folder, 'cache')];
    expect((await run(remove)).code).toBe(0);
    expect((await run(remove)).code).toBe(2);
    expect(JSON.parse((await run(list)).out).repositories).toEqual([]);
  });

  it('translates a file and keeps its lines', async () => {
    const [input, output] = [join(folder, 'in.txt'), join(folder, 'out.txt')];
    await writeFile(input, 'The food\r\n\r\n  The service\n');
    const args = [
      'translate',
      input,
      '-m',
      model('m2m'),
      '--from',
      'en',
      '--to',
      'de',
      '-o',
      output,
    ];
    expect(await run(args)).toMatchObject({ code: 0, err: '' });
    expect(await readFile(output, 'utf8')).toMatch(/^[^\r\n]+\r\n\r\n {2}[^\r\n]+\n$/);
  });

  it('teaches by the rows of a file', async () => {
    const [file, output] = [join(folder, 'rows.csv'), join(folder, 'taught')];
    const rows = ['film', 'food', 'city', 'tower'].flatMap((thing) => [
      `I loved the ${thing},good`,
      `The ${thing} was cold,bad`,
    ]);
    await writeFile(file, `text,label\n${rows.join('\n')}\n`);
    const args = ['train', 'text-classification', file, '-m', model('plain'), '-o', output];
    const { code, out } = await run([...args, '--eval', file, '--epochs', '1', '--json']);
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out))).toEqual(['accuracy', 'f1']);
    const ask = await run(['run', 'text-classification', '-m', output, 'I loved the food']);
    expect(ask.out).toMatch(/^(good|bad) {2}0\.\d{4}\n$/);
    const said = join(folder, 'said.jsonl');
    const score = ['evaluate', 'text-classification', file, '-m', output, '--limit', '4'];
    const scored = await run([...score, '--predictions', said]);
    expect(scored).toMatchObject({ code: 0, err: '' });
    expect(scored.out).toMatch(/^accuracy {5}(0|1|0\.\d{4})\nf1 .*\n$/);
    expect((await readFile(said, 'utf8')).trim().split('\n')).toHaveLength(4);
  });

  it('teaches a conversation by adapters, and goes on from a checkpoint', async () => {
    const [file, output] = [join(folder, 'chats.jsonl'), join(folder, 'chat')];
    const row = {
      messages: [
        { role: 'user', content: 'The food?' },
        { role: 'assistant', content: 'I loved it' },
      ],
    };
    await writeFile(file, `${JSON.stringify(row)}\n`.repeat(4));
    const args = ['train', 'text-generation', file, '-m', model('decoder'), '-o', output];
    args.push('--eval', file, '--lora', '2', '--save-steps', '1', '--batch-size', '2', '--json');
    const first = await run([...args, '--epochs', '1', '--device', 'wasm']);
    expect(first).toMatchObject({ code: 0 });
    expect(await readdir(join(output, 'adapter'))).toContain('adapter_config.json');
    expect(await readdir(join(output, 'checkpoints'))).toContain('checkpoint-2');
    const second = await run([...args, '--epochs', '2']);
    expect(second).toMatchObject({ code: 0 });
    expect(await readdir(join(output, 'checkpoints'))).toContain('checkpoint-4');
    const perplexity = ({ out }: { out: string }) => JSON.parse(out).perplexity as number;
    expect(perplexity(second)).toBeLessThan(perplexity(first));
  });

  it('says what training would take, and trains nothing', async () => {
    const file = join(folder, 'estimated.csv');
    await writeFile(file, `text,label\n${'I loved it,good\nIt was cold,bad\n'.repeat(10)}`);
    const args = ['train', 'text-classification', file, '-m', model('plain'), '--estimate'];
    const { code, out } = await run([...args, '--epochs', '2', '--batch-size', '6']);
    expect(code).toBe(0);
    expect(out).toMatch(/^steps {8}6\nparameters {3}[\d,]+ trained\noperations/);
  });

  it('answers questions from a folder, and keeps its index', async () => {
    const docs = join(folder, 'docs');
    await mkdir(docs);
    await writeFile(join(docs, 'me.md'), 'My name is Wolfgang and I live in Berlin.');
    const args = ['ask', docs, 'Where do I live?', '--embedding-model', model('plain')];
    args.push(
      '--no-ranking',
      '--answering-model',
      model('answers'),
      '--index',
      join(folder, 'kept'),
    );
    const first = await run(args);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/\(0\.\d{3}\)\n {2}me\.md:\d+-\d+ /);
    await rm(docs, { recursive: true }); // the index stands for it
    expect((await run(args)).out).toBe(first.out);
  });

  it('talks', async () => {
    const { code, out, err } = await run(['chat', model('decoder'), '--max-new-tokens', '2'], {
      typed: ['Paris?', 'Paris</s>', 'Food?', ''],
    });
    expect(code).toBe(0);
    expect(err).toContain('holds </s>'); // and the conversation goes on
    expect(out.split('\n').length).toBeGreaterThanOrEqual(3);
  });
});

describe('mistakes', () => {
  it.each([
    [['run', 'sing', 'la'], /there is no task "sing"; there are text-classification/],
    [['run'], /wants a task/],
    [['run', 'ner', '-m', 'no/such/folder', 'x'], /no\/such\/folder/],
    [['run', 'ner', '-m', './nowhere', 'x'], /nowhere/],
    [['run', 'fill-mask', '-m', model('classes'), 'x [MASK]'], /the checkpoint has no weights/],
    [['run', 'fill-mask', '-m', model('masked'), 'no mask'], /wants \[MASK\] in the text/],
    [
      ['run', 'text-classification', '-m', model('classes'), '--set', 'top=3', 'x'],
      /unknown option 'top'/,
    ],
    [['run', 'text-classification', '-m', model('classes')], /wants a text/],
    [['run', 'text-classification', '--labels', 'a', 'x'], /takes no --labels/],
    [['run', 'question-answering', 'x'], /wants --question/],
    [['run', 'ner', '--device', 'tpu', 'x'], /Allowed choices are auto, webgpu, wasm/],
    [['tokenize', 'x'], /required option '-m, --model <model>'/],
    [['tokenize', '-m', model('classes'), '--decode', 'x'], /wants ids: got "x"/],
    [['translate', './nowhere.txt'], /nowhere.txt cannot be read/],
    [['chat', model('decoder'), '--temperature', '0'], /a number above 0/],
    [['serve'], /wants a model/],
    [['train', 'singing', 'x.csv', '-m', 'm', '-o', 'o'], /teaches text-classification/],
    [['train', 'translation', './x.csv', '-m', 'm'], /wants --output/],
    [['evaluate', 'fill-mask', './x.csv'], /scores text-classification/],
    [['evaluate', 'ner', './nowhere.csv', '-m', model('entities')], /nowhere.csv/],
    [['train', 'translation', './nowhere.csv', '-m', 'm', '-o', 'o'], /nowhere.csv/],
    [['ask', './nowhere', 'x'], /nowhere cannot be read/],
    [['ask', '.', 'x', '--chat-model', 'a', '--answering-model', 'b'], /not both/],
    [['verify', '--device', 'tpu'], /Allowed choices are wasm, webgpu/],
    [['verify', '--fixtures', './nowhere', '--device', 'wasm'], /nowhere/],
    [['frobnicate'], /unknown command 'frobnicate'/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await run(args, { piped: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /); // no stack trace
    expect(out).toBe('');
    expect(code).toBeGreaterThan(0);
  });

  it('any arguments at all end with a code and without a stack trace', async () => {
    // Nothing that could name a repository: that would ask the network.
    const word = fc.oneof(
      fc.constantFrom(
        'run',
        'tokenize',
        'inspect',
        'cache',
        'list',
        'devices',
        '--json',
        '--model',
        '-m',
      ),
      fc.constantFrom(
        '--help',
        '--set',
        'a=1',
        '--',
        '-',
        '',
        '--decode',
        '--labels',
        '--question',
      ),
      fc.string().map((text) => `./${text}`),
      fc.string().map((text) => `--${text}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (args) => {
        const { code, err } = await run(args, { piped: '' });
        expect([0, 1, 2]).toContain(code);
        expect(err).not.toMatch(/\n\s+at /);
      }),
      { numRuns: 100 },
    );
  });
});
