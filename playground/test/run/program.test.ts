import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

// The three shapes of programs by default: a stream, a value, a tensor.
const shapes = ['text-generation', 'question-answering', 'feature-extraction'];
const chosen = full ? taskForms : taskForms.filter(({ id }) => shapes.includes(id));

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
