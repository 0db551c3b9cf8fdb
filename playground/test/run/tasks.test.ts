import { pipelineTasks } from '@llm/apps';
import { expect, it } from 'vitest';
import { readForm } from '../../src/run/task-form.ts';
import { taskForms } from '../../src/run/tasks.ts';

it('has a form for every task, with its usual model', () => {
  const forms = Object.fromEntries(taskForms.map(({ id, model }) => [id, model]));
  const tasks = Object.fromEntries(
    Object.entries(pipelineTasks).map(([id, { model }]) => [id, model]),
  );
  expect(forms).toEqual(tasks);
});

it('has examples that fill their forms, and nothing else', () => {
  for (const form of taskForms) {
    const known = [...form.fields, ...form.options].map(({ name }) => name);
    for (const { values } of form.examples) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(values)));
      expect(readForm(form, values).inputs.length, form.id).toBeGreaterThan(0);
    }
  }
});
