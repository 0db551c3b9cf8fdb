import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipelineTasks } from '@llm/apps';
import { env } from '@llm/hub';
import { setDefaultDevice } from '@llm/nn';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTinyHub } from '../../../tools/documents/tiny-hub.ts';
import { full } from '../../../tools/testing/full.ts';
import type { HubServer } from '../../../tools/testing/hub-server.ts';
import { programOf } from '../../src/run/program.ts';
import { readForm, type TaskForm } from '../../src/run/task-form.ts';
import { taskForms } from '../../src/run/tasks.ts';

let hub: HubServer;
let folder: string;
let cache: string;

beforeAll(async () => {
  hub = await startTinyHub();
  // Inside the workspace, so that its packages are found.
  folder = await mkdtemp(fileURLToPath(new URL('./.programs-', import.meta.url)));
  cache = await mkdtemp(join(tmpdir(), 'playground-hub-'));
  env.remoteHost = hub.host;
  env.cacheDir = cache;
  setDefaultDevice('wasm');
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
  await rm(cache, { recursive: true, force: true });
});

async function writeProgram(form: TaskForm, device: string): Promise<string> {
  const filled = readForm(form, { max_new_tokens: '4' });
  const path = join(folder, `${form.id}.ts`);
  await writeFile(path, programOf({ task: form.id, model: form.model, device, ...filled }));
  return path;
}

// One by default; all in the full tests.
const chosen = taskForms.filter(({ id }) => full || id === 'question-answering');

it.each(chosen)('$id: what is copied runs in Node and prints its result', async (form) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((value) => {
    printed.push(JSON.stringify(value));
  });
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    await import(/* @vite-ignore */ await writeProgram(form, 'wasm'));
  } finally {
    log.mockRestore();
    write.mockRestore();
  }
  // The tiny models may find no entity: then it is an empty list.
  expect(printed.join('').trim().length).toBeGreaterThan(1);
});

it.runIf(full)('what is copied passes the type checker', async () => {
  const paths = await Promise.all(taskForms.map((form) => writeProgram(form, 'auto')));
  const config = fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url));
  const { config: base } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(base, ts.sys, folder);
  const program = ts.createProgram(paths, options);
  const problems = paths
    .flatMap((path) => {
      const file = program.getSourceFile(path)!;
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    })
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(problems).toEqual([]);
});

it('there is a form for every task, with its usual model', () => {
  const forms = Object.fromEntries(taskForms.map(({ id, model }) => [id, model]));
  const tasks = Object.fromEntries(
    Object.entries(pipelineTasks).map(([id, { model }]) => [id, model]),
  );
  expect(forms).toEqual(tasks);
});

it('streams what is generated, and reads tensors', () => {
  const shared = { model: 'a/b', device: 'wasm', inputs: ['Hi'], options: { top_k: 3 } };
  expect(programOf({ task: 'text-generation', ...shared })).toBe(
    [
      "import { pipeline } from '@llm/apps';",
      '',
      "const run = await pipeline('text-generation', \"a/b\", { device: 'wasm' });",
      'for await (const text of run.stream("Hi", { top_k: 3 })) process.stdout.write(text);',
      "process.stdout.write('\\n');",
      '',
    ].join('\n'),
  );
  expect(programOf({ task: 'feature-extraction', ...shared })).toContain(
    'console.log(await result.toArray());',
  );
});

it('names the folder of a model that is on no hub', () => {
  const program = programOf({
    task: 'fill-mask',
    model: 'saved:my model',
    device: 'auto',
    inputs: ['A [MASK].'],
    options: {},
  });
  expect(program).toContain('await pipeline(\'fill-mask\', "./my model");');
});
