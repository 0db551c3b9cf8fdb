import { pipelineTasks } from '@llm/apps';
import { expect, it, vi } from 'vitest';
import { full } from '../../../tools/testing/full.ts';
import { programOf } from '../../src/run/program.ts';
import { readForm, type TaskForm } from '../../src/run/task-form.ts';
import { taskForms } from '../../src/run/tasks.ts';
import { useProgramFolder } from '../program-folder.ts';

const folder = useProgramFolder();

function writeProgram(form: TaskForm, device: string): Promise<string> {
  const filled = readForm(form, { max_new_tokens: '4' });
  return folder.write(form.id, programOf({ task: form.id, model: form.model, device, ...filled }));
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
  expect(folder.problemsOf(paths)).toEqual([]);
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
