import { expect, it } from 'vitest';
import { readForm } from '../../src/run/task-form.ts';
import { taskForms } from '../../src/run/tasks.ts';

it('has examples that fill their forms, and nothing else', () => {
  for (const form of taskForms) {
    const known = [...form.fields, ...form.options].map(({ name }) => name);
    for (const { values } of form.examples) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(values)));
      expect(readForm(form, values).inputs.length, form.id).toBeGreaterThan(0);
    }
  }
});
