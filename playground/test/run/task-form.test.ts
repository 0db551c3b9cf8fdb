import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/run/task-form.ts';
import { taskForms } from '../../src/run/tasks.ts';

const formOf = (id: string) => taskForms.find((form) => form.id === id)!;

describe('readForm', () => {
  it('reads texts, lists and options', () => {
    const filled = readForm(formOf('zero-shot-classification'), {
      text: 'A goal!',
      labels: ' sport \n\nfood\n',
      multi_label: 'true',
    });
    expect(filled).toEqual({
      inputs: ['A goal!', ['sport', 'food']],
      options: { multi_label: true },
    });
  });

  it('takes what is not named from the first example', () => {
    const { inputs, options } = readForm(formOf('text-classification'), {});
    expect(inputs).toEqual(['What a wonderful evening!']);
    expect(options).toEqual({ top_k: 5 });
  });

  it('makes a message of a text, and leaves the temperature out where nothing is drawn', () => {
    const form = formOf('text-generation');
    expect(readForm(form, { text: 'Hello', temperature: '0.5' })).toEqual({
      inputs: [[{ role: 'user', content: 'Hello' }]],
      options: { max_new_tokens: 128, do_sample: false },
    });
    expect(readForm(form, { text: 'Hello', chat: 'false', do_sample: 'true' })).toEqual({
      inputs: ['Hello'],
      options: { max_new_tokens: 128, do_sample: true, temperature: 0.7 },
    });
  });

  it('leaves languages out that are not named', () => {
    expect(readForm(formOf('translation'), { text: 'Hi', tgt_lang: ' de ' }).options).toEqual({
      max_new_tokens: 200,
      tgt_lang: 'de',
    });
  });

  it.each([
    ['text-classification', { top_k: '0' }, 'Results: wants a number from 1 to 50: got 0'],
    ['text-classification', { top_k: 'many' }, 'Results: wants a number from 1 to 50: got many'],
    ['text-classification', { text: ' \n' }, 'Text: is empty'],
    ['token-classification', { aggregation_strategy: 'all' }, 'wants one of none, simple'],
  ])('refuses %s with %o', (task, parameters, message) => {
    expect(() => readForm(formOf(task), parameters as Record<string, string>)).toThrow(message);
  });
});
