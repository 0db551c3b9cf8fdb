import { type Dataset, loadDataset, type TrainingArguments } from '@llm/train';
import type { Command } from 'commander';
import {
  estimateFineTune,
  type FineTuneAdapter,
  type FineTuneOptions,
  type FineTuneTask,
  fineTune,
  fineTuneColumns,
} from '../../fine-tune/index.ts';
import { downloadBar } from '../download-bar.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';
import {
  addSourceOptions,
  anyNumber,
  type SourceOptions,
  sourceOptions,
  wholeNumber,
} from '../model-options.ts';

interface TrainOptions extends SourceOptions {
  readonly model: string;
  readonly output?: string;
  readonly estimate?: boolean;
  readonly eval?: string;
  readonly lora?: number;
  readonly saveSteps?: number;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

const tasks = Object.keys(fineTuneColumns) as FineTuneTask[];

/** `llm train TASK FILE`: teaches a model by the rows of a file. */
export function addTrain(program: Command, io: Io): void {
  const command = program
    .command('train')
    .argument('<task>', tasks.join(', '))
    .argument('<file>', 'rows: JSON lines, CSV, TSV or Parquet, a path or a URL')
    .description('teach a model a task by examples')
    .requiredOption('-m, --model <model>', 'what to start from: repository, folder or URL')
    .option('-o, --output <folder>', 'where the trained model is saved')
    .option('--estimate', 'print steps, operations, minutes and memory instead of training')
    .option('--eval <file>', 'rows for the score; default: a tenth of the rows')
    .option(
      '--lora <rank>',
      'train low-rank adapters of this rank on all linear layers instead of the weights: less memory; they are merged into the saved model, and lie in its folder adapter',
      wholeNumber(),
    )
    .option(
      '--save-steps <count>',
      'keep a checkpoint every so many steps; the same command goes on from it after a crash',
      wholeNumber(),
    )
    .option('--epochs <number>', 'passes over the rows', anyNumber)
    .option('--learning-rate <number>', 'highest learning rate', anyNumber)
    .option('--batch-size <count>', 'rows in a batch', wholeNumber())
    .option('--seed <number>', 'of order and dropout', wholeNumber(0))
    .option('--json', 'print the scores as JSON');
  addSourceOptions(command)
    .addHelpText(
      'after',
      `
Columns
${tasks.map((task) => `  ${task.padEnd(22)} ${fineTuneColumns[task]}`).join('\n')}

Example
  llm train text-classification reviews.csv -m sentence-transformers/all-MiniLM-L6-v2 -o reviews-model
  llm run text-classification -m reviews-model "Not bad at all"
  llm train text-generation chats.jsonl -m HuggingFaceTB/SmolLM2-135M-Instruct --lora 8 -o my-chat
  llm chat my-chat`,
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
  const { metrics, pipeline } = await prepared(io, file, options, (rows, settings) =>
    fineTune(task, rows, settings),
  );
  pipeline.dispose();
  return metrics;
}

async function estimate(
  io: Io,
  task: FineTuneTask,
  file: string,
  options: TrainOptions,
): Promise<void> {
  const found = await prepared(io, file, options, (rows, settings) =>
    estimateFineTune(task, rows, settings),
  );
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

/** Calls `body` with the rows of a file and what `fineTune` is told beside them; downloads have a bar. */
async function prepared<Result>(
  io: Io,
  file: string,
  options: TrainOptions,
  body: (rows: Dataset, settings: FineTuneOptions<FineTuneTask>) => Promise<Result>,
): Promise<Result> {
  const { model, output, lora } = options;
  const rows = await loadDataset(file);
  const evalRows = options.eval === undefined ? undefined : await loadDataset(options.eval);
  const bar = await downloadBar(io);
  try {
    return await body(rows, {
      model,
      args: trainingArguments(io, options),
      ...(output !== undefined && { output }),
      ...(lora !== undefined && { peft_config: loraOfRank(lora) }),
      ...(evalRows && { eval_rows: evalRows as never }),
      ...sourceOptions(options, io),
      progress: bar.listener,
      callbacks: [{ on_train_begin: () => bar.end() }],
    });
  } finally {
    bar.end();
  }
}

function trainingArguments(io: Io, options: TrainOptions): Partial<TrainingArguments> {
  const { epochs, learningRate, batchSize, seed, output, saveSteps } = options;
  return {
    ...(epochs !== undefined && { num_train_epochs: epochs }),
    ...(learningRate !== undefined && { learning_rate: learningRate }),
    ...(batchSize !== undefined && { per_device_train_batch_size: batchSize }),
    ...(seed !== undefined && { seed }),
    ...(saveSteps !== undefined && output !== undefined && checkpoints(output, saveSteps)),
    disable_tqdm: !io.err.isTTY,
  };
}

/** Low-rank adapters of all layers, as strong at every rank. */
function loraOfRank(r: number): FineTuneAdapter {
  return { peft_type: 'LORA', r, lora_alpha: 2 * r, target_modules: 'all-linear' };
}

/** The last checkpoint is kept, and gone on from. */
function checkpoints(output: string, steps: number): Partial<TrainingArguments> {
  return {
    output_dir: `${output}/checkpoints`,
    save_strategy: 'steps',
    save_steps: steps,
    save_total_limit: 1,
    resume_from_checkpoint: 'auto',
  };
}
