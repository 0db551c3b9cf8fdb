import { checkOptions, type PreTrainedModel } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';

/** A model and its tokenizer. */
export interface PipelineParts<Model extends PreTrainedModel = PreTrainedModel> {
  readonly model: Model;
  readonly tokenizer: PreTrainedTokenizer;
}

/** What every pipeline has beside being called. */
export interface PipelineBase<Model extends PreTrainedModel = PreTrainedModel>
  extends PipelineParts<Model> {
  /** Its id, such as `text-classification`. */
  readonly task: string;
  /** Frees the compiled plans; the model stays usable. */
  dispose(): void;
}

/**
 * A function with the properties of a pipeline.
 *
 * @param call what calling it does
 * @param base its properties and further methods
 */
export function callable<Call extends (...args: never[]) => unknown, Base extends PipelineBase>(
  call: Call,
  base: Base,
): Call & Base {
  return Object.assign(call, base);
}

/** One text or several. @throws WrongInputError for anything else, or for no text at all. */
export function readTexts(task: string, texts: unknown): { texts: string[]; single: boolean } {
  if (typeof texts === 'string') return { texts: [texts], single: true };
  if (!Array.isArray(texts) || texts.length === 0) {
    throw new WrongInputError(
      `${task}: wants a text or a list of texts: got ${Array.isArray(texts) ? 'an empty list' : describe(texts)}`,
    );
  }
  const wrong = texts.findIndex((text) => typeof text !== 'string');
  if (wrong >= 0) {
    throw new WrongInputError(
      `${task}: wants a list of texts: element ${wrong} is ${describe(texts[wrong])}`,
    );
  }
  return { texts: texts as string[], single: false };
}

/** One text. @throws WrongInputError for anything else. */
export function readText(task: string, name: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw new WrongInputError(`${task}: ${name} wants a text: got ${describe(text)}`);
}

/** Checks the options of a call. @throws TypeError for one that the task does not take. */
export function checkCall<Options extends object>(
  task: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): void {
  if (typeof options !== 'object' || options === null) {
    throw new WrongInputError(`${task}: options want an object: got ${describe(options)}`);
  }
  checkOptions(task, options, known);
}

/** Checks a count. @throws RangeError unless it is a whole number of at least `least`, or undefined. */
export function checkCount(task: string, name: string, value: unknown, least = 1): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least)) return;
  throw new RangeError(`${task}: ${name} wants a whole number from ${least}: got ${String(value)}`);
}

/** A value's kind, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${String(value)}`.slice(0, 80);
}
