import { loadDataset, type TrainingArguments } from '@llm/train';
import type { Command } from 'commander';
import {
  estimateFineTune,
  type FineTuneTask,
  fineTune,
  fineTuneColumns,
} from '../../fine-tune/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';
import { anyNumber, wholeNumber } from '../model-options.ts';

interface TrainOptions {
  readonly model: string;
  readonly output?: string;
  readonly estimate?: boolean;
  readonly eval?: string;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const tasks = Object.keys(fineTuneColumns) as FineTuneTask[];

/** `llm train TASK FILE`: teaches a model by the rows of a file. */
export function addTrain(program: Command, io: Io): void {
  program
    .command('train')
    .argument('<task>', tasks.join(', '))
    .argument('<file>', 'rows: JSON lines, CSV, TSV or Parquet, a path or a URL')
    .description('teach a model a task by examples')
    .requiredOption('-m, --model <model>', 'what to start from: repository, folder or URL')
    .option('-o, --output <folder>', 'where the trained model is saved')
    .option('--estimate', 'print steps, operations, minutes and memory instead of training')
    .option('--eval <file>', 'rows for the score; default: a tenth of the rows')
    .option('--epochs <number>', 'passes over the rows', anyNumber)
    .option('--learning-rate <number>', 'highest learning rate', anyNumber)
    .option('--batch-size <count>', 'rows in a batch', wholeNumber())
    .option('--seed <number>', 'of order and dropout', wholeNumber(0))
    .option('--json', 'print the scores as JSON')
    .addHelpText(
      'after',
      `
Columns
${tasks.map((task) => `  ${task.padEnd(22)} ${fineTuneColumns[task]}`).join('\n')}

Example
  llm train text-classification reviews.csv -m sentence-transformers/all-MiniLM-L6-v2 -o reviews-model
  llm run text-classification -m reviews-model "Not bad at all"`,
    )
    .action(async (task: string, file: string, options: TrainOptions) => {
      const known = tasks.find((each) => each === task);
      if (!known) throw new UsageError(`train: teaches ${tasks.join(', ')}: got '${task}'`);
      const { estimate: wantsEstimate, output } = options;
      if (wantsEstimate) return estimate(io, known, file, options);
      if (output === undefined) {
        throw new UsageError('train: wants --output, the folder for the trained model');
      }
      const metrics = await train(io, known, file, options);
      if (options.json) return writeJson(io, metrics);
      for (const [name, value] of Object.entries(metrics)) {
        io.out.write(`${name.padEnd(12)} ${value.toFixed(4)}\n`);
      }
      io.out.write(`saved in ${output}\n`);
    });
}

async function train(
  io: Io,
  task: FineTuneTask,
  file: string,
  options: TrainOptions,
): Promise<Readonly<Record<string, number>>> {
  const { rows, settings } = await prepare(io, file, options);
  const { metrics, pipeline } = await fineTune(task, rows, settings);
  pipeline.dispose();
  return metrics;
}

async function estimate(
  io: Io,
  task: FineTuneTask,
  file: string,
  options: TrainOptions,
): Promise<void> {
  const { rows, settings } = await prepare(io, file, options);
  const found = await estimateFineTune(task, rows, settings);
  if (options.json) return writeJson(io, found);
  const { steps, trainable_parameters, flops, minutes, state_bytes, peak_bytes } = found;
  io.out.write(
    `${[
      `steps        ${steps}`,
      `parameters   ${trainable_parameters.toLocaleString('en')} trained`,
      `operations   ${flops.toExponential(2)}`,
      `time         ${minutes < 1 ? `${Math.ceil(60 * minutes)} s` : `${minutes.toFixed(1)} min`} here`,
      `memory       ${megabytes(peak_bytes)}, of them ${megabytes(state_bytes)} for weights, gradients and optimizer state`,
    ].join('\n')}\n`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** The rows of a file, and what `fineTune` is told beside them. */
async function prepare(io: Io, file: string, options: TrainOptions) {
  const { epochs, learningRate, batchSize, seed, output } = options;
  const args: Partial<TrainingArguments> = {
    ...(epochs !== undefined && { num_train_epochs: epochs }),
    ...(learningRate !== undefined && { learning_rate: learningRate }),
    ...(batchSize !== undefined && { per_device_train_batch_size: batchSize }),
    ...(seed !== undefined && { seed }),
    disable_tqdm: !io.err.isTTY,
  };
  const rows = await loadDataset(file);
  const evalRows = options.eval === undefined ? undefined : await loadDataset(options.eval);
  const settings = {
    model: options.model,
    args,
    ...(output !== undefined && { output }),
    ...(evalRows && { eval_rows: evalRows as never }),
    signal: io.signal,
  };
  return { rows, settings };
}
