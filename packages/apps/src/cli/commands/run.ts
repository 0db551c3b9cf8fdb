import type { Tensor } from '@llm/nn';
import { type Command, InvalidArgumentError } from 'commander';
import { type PipelineTask, pipelineTasks, taskOf } from '../../pipelines/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, readInputTexts, readPiped, writeJson } from '../io.ts';
import { addModelOptions, loadPipeline, type ModelOptions } from '../model-options.ts';
import { plainText } from '../plain-text.ts';

interface RunOptions extends ModelOptions {
  readonly model?: string;
  readonly json?: boolean;
  readonly list?: boolean;
  readonly question?: string;
  readonly labels?: string;
  readonly set: Readonly<Record<string, unknown>>;
}

/** `llm run TASK`: any pipeline on arguments, or on lines that are piped in. */
export function addRun(program: Command, io: Io): void {
  const command = program
    .command('run')
    .argument('[task]', 'what to do; --list shows all')
    .argument('[texts...]', 'texts; default: the lines of standard input')
    .description('do a task on texts')
    .option('-m, --model <model>', 'repository, folder or URL; default: a small one for the task')
    .option('--list', 'show the tasks and the model that each uses by default')
    .option('--question <text>', 'question-answering: the question; the text is the context')
    .option('--labels <list>', 'zero-shot-classification: the labels, with commas between')
    .option(
      '--set <name=value>',
      'an option of the task, such as top_k=3; may be repeated',
      collect,
      {},
    )
    .option('--json', 'print JSON');
  addModelOptions(command)
    .addHelpText(
      'after',
      `
Examples
  llm run sentiment-analysis "I love this"
  llm run question-answering --question "Where do I live?" "My name is Wolfgang and I live in Berlin"
  llm run zero-shot-classification --labels travel,food "The soup was cold"
  llm run text-ranking "a query" "a document" "another document"
  cat lines.txt | llm run ner --set aggregation_strategy=simple --json`,
    )
    .action(async (task: string | undefined, texts: string[], options: RunOptions) => {
      if (options.list || task === undefined) {
        if (!options.list) throw new UsageError('run: wants a task; llm run --list shows all');
        list(io, options.json);
        return;
      }
      await run(io, taskOf(task), texts, options);
    });
}

function list(io: Io, json = false): void {
  const tasks = Object.entries(pipelineTasks).map(([task, { model, about }]) => ({
    task,
    about,
    model,
  }));
  if (json) {
    writeJson(io, tasks);
    return;
  }
  const width = Math.max(...tasks.map(({ task }) => task.length));
  for (const { task, about, model } of tasks) {
    io.out.write(`${task.padEnd(width)}  ${about}\n${' '.repeat(width)}  ${model}\n`);
  }
}

async function run(
  io: Io,
  task: PipelineTask,
  given: readonly string[],
  options: RunOptions,
): Promise<void> {
  const args = await argumentsOf(io, task, given, options);
  const loaded = await loadPipeline(task, options.model, options, io);
  try {
    const call = loaded as unknown as (...args: unknown[]) => Promise<unknown>;
    const result = await plainValue(await call(...args, options.set));
    if (options.json) writeJson(io, result);
    else io.out.write(`${plainText(result)}\n`);
  } finally {
    loaded.dispose();
  }
}

/** What the pipeline of a task is called with, before its options. */
async function argumentsOf(
  io: Io,
  task: PipelineTask,
  given: readonly string[],
  { question, labels }: RunOptions,
): Promise<unknown[]> {
  if (question !== undefined && task !== 'question-answering') {
    throw new UsageError(`run ${task}: takes no --question`);
  }
  if (labels !== undefined && task !== 'zero-shot-classification') {
    throw new UsageError(`run ${task}: takes no --labels`);
  }
  if (task === 'question-answering') {
    if (question === undefined) throw new UsageError(`run ${task}: wants --question`);
    const context = given.length > 0 ? given.join('\n') : await readPiped(io);
    if (!context?.trim()) throw new UsageError(`run ${task}: wants the text that holds the answer`);
    return [question, context];
  }
  const texts = await readInputTexts(io, given);
  if (task === 'sentence-similarity' || task === 'text-ranking') {
    const [first, ...others] = texts;
    if (first === undefined || others.length === 0) {
      throw new UsageError(`run ${task}: wants a text and at least one more to compare it with`);
    }
    return [first, others];
  }
  if (texts.length === 0)
    throw new UsageError(`run ${task}: wants a text, as an argument or piped in`);
  const input = texts.length === 1 ? texts[0] : texts;
  if (task !== 'zero-shot-classification') return [input];
  if (labels === undefined) throw new UsageError(`run ${task}: wants --labels`);
  return [input, labels];
}

/** `name=value`; a value that is JSON is read as such. */
function collect(
  text: string,
  known: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const [, name, value] = /^([a-z][a-z0-9_]*)=(.*)$/is.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It wants name=value.');
  return { ...known, [name]: jsonOrText(value!) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Results without tensors. */
async function plainValue(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !('toArray' in result)) return result;
  return (result as Tensor).toArray();
}
