import { writeFile } from 'node:fs/promises';
import { loadDataset } from '@llm/train';
import type { Command } from 'commander';
import {
  type EvaluatedRow,
  type EvaluationTask,
  evaluate,
  evaluationColumns,
} from '../../evaluate/index.ts';
import { taskOf } from '../../pipelines/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';
import { addModelOptions, loadPipeline, type ModelOptions, wholeNumber } from '../model-options.ts';
import { rowBar } from '../row-bar.ts';

interface EvaluateCommandOptions extends ModelOptions {
  readonly model?: string;
  readonly limit?: number;
  readonly predictions?: string;
  readonly json?: boolean;
}

/** `llm evaluate TASK FILE`: scores a model on the rows of a file. */
export function addEvaluate(program: Command, io: Io): void {
  const tasks = Object.keys(evaluationColumns) as EvaluationTask[];
  const width = Math.max(...tasks.map((task) => task.length));
  const command = program
    .command('evaluate')
    .argument('<task>', 'what the model does; the list below shows all')
    .argument('<file>', 'rows: JSON lines, CSV, TSV or Parquet, a path or a URL')
    .description('score a model on rows that hold what is right')
    .option('-m, --model <model>', 'repository, folder or URL; default: a small one for the task')
    .option('--limit <count>', 'only the first rows', wholeNumber())
    .option('--predictions <file>', 'write each row and what the model said, as JSON lines')
    .option('--json', 'print the scores as JSON');
  addModelOptions(command)
    .addHelpText(
      'after',
      `
Tasks and the columns of their rows
${tasks.map((task) => `  ${task.padEnd(width)}  ${evaluationColumns[task]}`).join('\n')}

Example
  llm evaluate text-classification test.jsonl -m reviews-model --predictions said.jsonl`,
    )
    .action(async (name: string, file: string, options: EvaluateCommandOptions) => {
      const task = tasks.find((each) => each === taskOf(name));
      if (!task) throw new UsageError(`evaluate: scores ${tasks.join(', ')}: got '${name}'`);
      const scores = await score(io, task, file, options);
      if (options.json) return writeJson(io, scores);
      for (const [metric, value] of Object.entries(scores)) {
        const shown = Number.isInteger(value) ? String(value) : value.toFixed(4);
        io.out.write(`${metric.padEnd(12)} ${shown}\n`);
      }
    });
}

async function score(
  io: Io,
  task: EvaluationTask,
  file: string,
  options: EvaluateCommandOptions,
): Promise<Readonly<Record<string, number>>> {
  const rows = await loadDataset(file);
  const some = options.limit === undefined ? [...rows] : [...rows].slice(0, options.limit);
  const run = await loadPipeline(task, options.model, options, io);
  const bar = await rowBar(io, 'rows');
  const said: EvaluatedRow[] = [];
  try {
    const scores = await evaluate<EvaluationTask>(task, some, {
      pipeline: run,
      on_row: (row) => said.push(row),
      on_progress: bar.update,
      signal: io.signal,
    });
    if (options.predictions !== undefined) {
      await writeFile(options.predictions, said.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }
    return scores;
  } finally {
    bar.end();
    run.dispose();
  }
}
