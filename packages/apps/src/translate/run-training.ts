import { openFolder } from '@llm/hub';
import type { NonFinite } from '@llm/tensor/reference';
import { interruptSignal, NonFiniteLossError, progressBar } from '@llm/train';
import { attentionGrid, renderGrid } from './attention-grid.ts';
import { latestCheckpoint, removeCheckpoints, saveCheckpoint } from './checkpoint.ts';
import { evaluateTranslator } from './evaluation.ts';
import { lossCurve, runningMean } from './loss-curve.ts';
import { modelCard } from './model-card.ts';
import { saveModelFolder } from './model-folder.ts';
import { resultsText, samplesOf } from './results.ts';
import { type TranslationSettings, translationSettings } from './settings.ts';
import { prepareTask } from './task.ts';
import { lastStateFile, TranslationTraining } from './training.ts';
import { Translator } from './translator.ts';

/** What `npm start` was asked for. */
export interface TrainingRun {
  readonly settings: Partial<TranslationSettings>;
  /** Folder of the model. */
  readonly output: string;
  readonly restart: boolean;
  /** The command as the user typed it. */
  readonly command: string;
}

/** Exit code of a program that Ctrl-C ended. */
const interruptedCode = 130;

/**
 * Trains, scores and saves; Ctrl-C saves a checkpoint from which the same command goes on.
 *
 * @returns the exit code
 */
export async function runTraining(run: TrainingRun): Promise<number> {
  const { mkdir } = await import('node:fs/promises');
  const settings = translationSettings(run.settings);
  await mkdir(run.output, { recursive: true }); // an unwritable folder is found out before the work
  const started = performance.now();
  console.log(`Preparing English → ${settings.language}: strings, tokenizer, batches`);
  const task = await prepareTask(settings);
  const training = new TranslationTraining(settings, task);
  if (run.restart) await removeCheckpoints(run.output);
  else await resume(training, run.output);
  const parameters = training.model.parameters().reduce((sum, { size }) => sum + size, 0);
  console.log(
    `${task.training.length} training pairs, ${task.corpus.heldOut.length} held out; ${parameters.toLocaleString('en')} parameters, ${training.steps} steps`,
  );
  if (!(await train(training, run.output))) return interruptedCode;
  const seconds = (performance.now() - started) / 1000;
  const translator = new Translator(training.model.eval(), task.tokenizer);
  const evaluation = await evaluateTranslator(translator, task.corpus);
  const samples = samplesOf(task, evaluation);
  console.log(resultsText(evaluation, samples));
  const facts = {
    settings,
    evaluation,
    samples,
    parameters,
    seconds,
    trainingPairs: task.training.length,
    steps: training.steps,
    finalLoss: runningMean(training.losses).at(-1) ?? Number.NaN,
    command: run.command,
  };
  await saveModelFolder(run.output, training.model, task.tokenizer, {
    'README.md': modelCard(facts),
    'loss.svg': lossCurve(training.losses),
  });
  await removeCheckpoints(run.output);
  const shown = samples[0];
  if (shown) {
    const grid = await attentionGrid(translator, shown.source, shown.translation);
    console.log(`\nWhere the model looked (columns: source, rows: translation)\n`);
    console.log(renderGrid(grid, process.stdout.isTTY && !process.env.NO_COLOR));
  }
  translator.dispose();
  console.log(
    `\nSaved to ${run.output}: config.json, model.safetensors, tokenizer.json, README.md, loss.svg`,
  );
  console.log(`Translate with: npm start -- translate "Open the file"`);
  return 0;
}

async function resume(training: TranslationTraining, output: string): Promise<void> {
  const checkpoint = await latestCheckpoint(output, lastStateFile);
  if (checkpoint === undefined) return;
  const folder = openFolder(checkpoint);
  const step = await training.resume((name) => folder.read(name));
  console.log(
    step === undefined
      ? `${checkpoint} is of a run with other settings; starting anew`
      : `Going on from step ${step} of ${checkpoint}`,
  );
}

/**
 * Trains with a live line of progress, and saves a checkpoint after each pass; Ctrl-C ends it after the step.
 *
 * @returns whether the run is done
 */
async function train(training: TranslationTraining, output: string): Promise<boolean> {
  const save = async () => saveCheckpoint(output, training.step, await training.state());
  using interrupt = interruptSignal();
  try {
    const { reason } = await training.run({
      callbacks: [progressBar()],
      signal: interrupt.signal,
      onEpochEnd: async () => void (await save()),
    });
    if (reason === 'finished') return true;
    console.log(`Stopped. The same command goes on from ${await save()}.`);
    return false;
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    const kept = await latestCheckpoint(output, lastStateFile);
    const origin = await training.firstNonFinite(error.step);
    const lines = [
      `${error.message}. Here --learning-rate sets the rate.`,
      ...(origin ? [`The first such value came from ${describe(origin)}.`] : []),
      kept ? `The last good checkpoint is ${kept}.` : 'There was no checkpoint yet.',
    ];
    throw new Error(lines.join('\n'), { cause: error });
  }
}

/** `exp in model.decoder.layers.0: NaN at element 5 of [2, 3]` */
function describe({ operation, scope, value, element, shape }: NonFinite): string {
  const place = scope ? ` in ${scope}` : '';
  return `${operation}${place}: ${value} at element ${element} of [${shape.join(', ')}]`;
}
