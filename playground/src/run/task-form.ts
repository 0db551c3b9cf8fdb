/**
 * How a task is asked for on the page: its texts, its options, examples.
 *
 * @module
 */
import type { PipelineTask } from '@llm/apps';
import type { Parameters } from '../state/link.ts';

/** A text that a task wants. */
export interface Field {
  /** Its name in links. */
  readonly name: string;
  /** Its name on the page. */
  readonly label: string;
  /** One line, a text, or a list with one entry a line. */
  readonly kind: 'line' | 'text' | 'list';
}

/** An option of a task's call, under its name in the pipeline. */
export type OptionField = {
  readonly name: string;
  readonly label: string;
} & (
  | {
      readonly kind: 'number';
      readonly initial: number;
      readonly least: number;
      readonly most: number;
      readonly step?: number;
    }
  | { readonly kind: 'flag'; readonly initial: boolean }
  | { readonly kind: 'choice'; readonly initial: string; readonly choices: readonly string[] }
  | { readonly kind: 'line' }
);

/** Texts to try a task with. */
export interface Example {
  readonly title: string;
  /** Values of fields and options, as text. */
  readonly values: Parameters;
}

/** How results are shown. */
export type ResultView = 'scores' | 'entities' | 'answer' | 'text' | 'vector';

/** A task's form. */
export interface TaskForm {
  readonly id: PipelineTask;
  readonly title: string;
  /** What it does, in a line. */
  readonly about: string;
  /** The model that it uses where none is named. */
  readonly model: string;
  readonly fields: readonly Field[];
  readonly options: readonly OptionField[];
  /** The first one fills the form at the beginning. */
  readonly examples: readonly [Example, ...Example[]];
  readonly view: ResultView;
}

/** A form with what was filled in: what its pipeline is called with. */
export interface FilledForm {
  /** The arguments before the options. */
  readonly inputs: readonly unknown[];
  /** Options that differ from the pipeline's defaults, or that the page sets. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The value of a field: what was typed, else the first example's. */
export function fieldValue(form: TaskForm, name: string, parameters: Parameters): string {
  return parameters[name] ?? form.examples[0].values[name] ?? '';
}

/** The value of an option: what was chosen, else its initial one. */
export function optionValue(
  option: OptionField,
  parameters: Parameters,
): string | number | boolean | undefined {
  const text = parameters[option.name];
  switch (option.kind) {
    case 'number': {
      const number = text === undefined || text.trim() === '' ? option.initial : Number(text);
      if (number >= option.least && number <= option.most) return number;
      throw new Error(
        `${option.label}: wants a number from ${option.least} to ${option.most}: got ${text}`,
      );
    }
    case 'flag':
      return text === undefined ? option.initial : text === 'true';
    case 'choice': {
      const choice = text ?? option.initial;
      if (option.choices.includes(choice)) return choice;
      throw new Error(`${option.label}: wants one of ${option.choices.join(', ')}: got ${text}`);
    }
    case 'line':
      return text?.trim() || undefined;
  }
}

/** Reads a form. @throws Error naming the field that is empty, or the option that is out of its range. */
export function readForm(form: TaskForm, parameters: Parameters): FilledForm {
  const inputs = form.fields.map(({ name, label, kind }) => {
    const text = fieldValue(form, name, parameters);
    if (text.trim() === '')
      throw new Error(`${label}: is empty; type something, or take an example`);
    if (kind !== 'list') return text;
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  });
  const options = Object.fromEntries(
    form.options
      .map((option) => [option.name, optionValue(option, parameters)] as const)
      .filter(([, value]) => value !== undefined),
  );
  if (form.id !== 'text-generation') return { inputs, options };
  // A conversation is told by its shape, not by an option; a temperature means nothing without sampling.
  const { chat, temperature, ...rest } = options;
  return {
    inputs: chat ? [[{ role: 'user', content: inputs[0] }]] : inputs,
    options: rest.do_sample ? { ...rest, temperature } : rest,
  };
}
