import type { Module } from '../module/module.ts';
import type { ModelConfig } from './config.ts';
import type { TaskModels, TaskName } from './task-names.ts';

/** What makes a family of models: its settings, its models by task, and where its names differ. */
export interface Family<Config extends ModelConfig = ModelConfig> {
  /** `model_type` of `config.json`. */
  readonly model_type: string;
  /** First part of Python's class names: `Bert` in `BertForMaskedLM`. */
  readonly className: string;
  /** Where a model with a head keeps the model without: `bert` in `bert.encoder.…`; empty if nowhere. */
  readonly prefix: string;
  readonly defaults: Config;
  /** Builds the model of a task; the tasks that are absent are not there in Python either, or not yet here. */
  readonly tasks: { readonly [Task in TaskName]?: (config: Config) => TaskModels[Task] };
  /** Derives settings from others and refuses variants that are not there. */
  readonly resolve?: (config: Config) => Config;
  /** The name here of a checkpoint's tensor; undefined for one that has no use. */
  readonly rename?: (name: string) => string | undefined;
  /** Sets initial weights where they differ from normal (0, `initializer_range`) and biases of zero. */
  readonly initialize?: (module: Module, config: Config) => void;
}

/** A family for the registry: outside its file, the type of its configuration does not matter. */
export function defineFamily<Config extends ModelConfig>(definition: Family<Config>): Family {
  // Only `resolve` and the tasks take the configuration, and they get one completed from the defaults.
  return definition as unknown as Family;
}

/** A class of models of one task, for messages and `architectures`. */
export function architectureOf({ className }: { className: string }, task: TaskName): string {
  const special: Partial<Record<string, string>> = {
    'GPT2:CausalLM': 'GPT2LMHeadModel',
    'Bart:Seq2SeqLM': 'BartForConditionalGeneration',
    'MBart:Seq2SeqLM': 'MBartForConditionalGeneration',
    'T5:Seq2SeqLM': 'T5ForConditionalGeneration',
    'MT5:Seq2SeqLM': 'MT5ForConditionalGeneration',
    'Marian:Seq2SeqLM': 'MarianMTModel',
    'M2M100:Seq2SeqLM': 'M2M100ForConditionalGeneration',
    'Gemma3:base': 'Gemma3TextModel',
  };
  const found = special[`${className}:${task}`];
  if (found !== undefined) return found;
  if (task === 'base') return `${className}Model`;
  return task === 'TextEncoding' ? `${className}EncoderModel` : `${className}For${task}`;
}

/** The builder of a task's model. @throws Error naming the tasks that the family has. */
export function builderOf<Task extends TaskName>(
  family: Family,
  task: Task,
): NonNullable<Family['tasks'][Task]> {
  const build = family.tasks[task];
  if (!build) {
    const known = Object.keys(family.tasks).map((name) =>
      name === 'base' ? 'AutoModel' : `AutoModelFor${name}`,
    );
    throw new Error(
      `AutoModelFor${task}: '${family.model_type}' has no such model; it has ${known.join(', ')}`,
    );
  }
  return build as NonNullable<Family['tasks'][Task]>;
}
