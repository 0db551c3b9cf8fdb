import { loadDataset, type TrainingArguments } from '@llm/train';
import type { Command } from 'commander';
import { type FineTuneTask, fineTune } from '../../fine-tune/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';
import { anyNumber, wholeNumber } from '../model-options.ts';

interface TrainOptions {
  readonly model: string;
  readonly output: string;
  readonly eval?: string;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const tasks: readonly FineTuneTask[] = ['text-classification', 'question-answering', 'translation'];

/** `llm train TASK FILE`: teaches a model by the rows of a file. */
export function addTrain(program: Command, io: Io): void {
  program
    .command('train')
    .argument('<task>', tasks.join(', '))
    .argument('<file>', 'rows: JSON lines, CSV, TSV or Parquet, a path or a URL')
    .description('teach a model a task by examples')
    .requiredOption('-m, --model <model>', 'what to start from: repository, folder or URL')
    .requiredOption('-o, --output <folder>', 'where the trained model is saved')
    .option('--eval <file>', 'rows for the score; default: a tenth of the rows')
    .option('--epochs <number>', 'passes over the rows', anyNumber)
    .option('--learning-rate <number>', 'highest learning rate', anyNumber)
    .option('--batch-size <count>', 'rows in a batch', wholeNumber())
    .option('--seed <number>', 'of order and dropout', wholeNumber(0))
    .option('--json', 'print the scores as JSON')
    .addHelpText(
      'after',
      `
Columns: text, label (text-classification); question, context, answers (question-answering, as SQuAD);
source, target (translation).

Example
  llm train text-classification reviews.csv -m sentence-transformers/all-MiniLM-L6-v2 -o reviews-model
  llm run text-classification -m reviews-model "Not bad at all"`,
    )
    .action(async (task: string, file: string, options: TrainOptions) => {
      const known = tasks.find((each) => each === task);
      if (!known) throw new UsageError(`train: teaches ${tasks.join(', ')}: got '${task}'`);
      const metrics = await train(io, known, file, options);
      if (options.json) return writeJson(io, metrics);
      for (const [name, value] of Object.entries(metrics)) {
        io.out.write(`${name.padEnd(12)} ${value.toFixed(4)}\n`);
      }
      io.out.write(`saved in ${options.output}\n`);
    });
}

async function train(
  io: Io,
  task: FineTuneTask,
  file: string,
  options: TrainOptions,
): Promise<Readonly<Record<string, number>>> {
  const { epochs, learningRate, batchSize, seed } = options;
  const args: Partial<TrainingArguments> = {
    ...(epochs !== undefined && { num_train_epochs: epochs }),
    ...(learningRate !== undefined && { learning_rate: learningRate }),
    ...(batchSize !== undefined && { per_device_train_batch_size: batchSize }),
    ...(seed !== undefined && { seed }),
    disable_tqdm: !io.err.isTTY,
  };
  const rows = await loadDataset(file);
  const evalRows = options.eval === undefined ? undefined : await loadDataset(options.eval);
  const { metrics, pipeline } = await fineTune(task, rows, {
    model: options.model,
    output: options.output,
    args,
    ...(evalRows && { eval_rows: evalRows as never }),
    signal: io.signal,
  });
  pipeline.dispose();
  return metrics;
}
