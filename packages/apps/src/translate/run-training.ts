import { writeFileAtomic } from '@llm/hub';
import { SingleBar } from 'cli-progress';
import { attentionGrid, renderGrid } from './attention-grid.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { lossCurve, runningMean } from './loss-curve.ts';
import { modelCard } from './model-card.ts';
import { saveModelFolder } from './model-folder.ts';
import { type TranslationSettings, translationSettings } from './settings.ts';
import { prepareTask, type TranslationTask } from './task.ts';
import { type StepReport, TranslationTraining } from './training.ts';
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
const checkpointFile = 'checkpoint.safetensors';
const sampleCount = 10;

/** Trains, scores and saves; Ctrl-C saves a checkpoint from which the same command goes on. */
export async function runTraining(run: TrainingRun): Promise<number> {
  const { mkdir, rm } = await import('node:fs/promises');
  const settings = translationSettings(run.settings);
  await mkdir(run.output, { recursive: true }); // an unwritable folder is found out before the work
  const started = performance.now();
  console.log(`Preparing English → ${settings.language}: strings, tokenizer, batches`);
  const task = await prepareTask(settings);
  const training = new TranslationTraining(settings, task);
  const checkpoint = `${run.output}/${checkpointFile}`;
  if (!run.restart) await resume(training, checkpoint);
  const parameters = training.model.parameters().reduce((sum, { size }) => sum + size, 0);
  console.log(
    `${task.training.length} training pairs, ${task.corpus.heldOut.length} held out; ${parameters.toLocaleString('en')} parameters, ${training.steps} steps`,
  );
  const finished = await train(training);
  if (!finished) {
    await writeFileAtomic(checkpoint, await training.checkpoint());
    console.log(`Stopped; ${checkpoint} holds the state. The same command goes on from there.`);
    return interruptedCode;
  }
  const seconds = (performance.now() - started) / 1000;
  const translator = new Translator(training.model.eval(), task.tokenizer, {
    buckets: settings.buckets,
  });
  const evaluation = await evaluate(translator, task.corpus);
  const samples = samplesOf(task, evaluation);
  printResults(evaluation, samples);
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
  await rm(checkpoint, { force: true });
  const shown = samples[0]!;
  const grid = await attentionGrid(translator, shown.source, shown.translation);
  console.log(`\nWhere the model looked (columns: source, rows: translation)\n`);
  console.log(renderGrid(grid, process.stdout.isTTY && !process.env.NO_COLOR));
  translator.dispose();
  console.log(
    `\nSaved to ${run.output}: config.json, model.safetensors, tokenizer.json, README.md, loss.svg`,
  );
  console.log(`Translate with: npm start -- translate "Open the file"`);
  return 0;
}

async function resume(training: TranslationTraining, checkpoint: string): Promise<void> {
  const { existsSync } = await import('node:fs');
  const { readFile } = await import('node:fs/promises');
  if (!existsSync(checkpoint)) return;
  const step = training.resume(await readFile(checkpoint));
  console.log(
    step === undefined
      ? `${checkpoint} is of a run with other settings; starting anew`
      : `Going on from step ${step} of ${checkpoint}`,
  );
}

/** Trains with a live line of progress; Ctrl-C ends it after the step. */
async function train(training: TranslationTraining): Promise<boolean> {
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exit(interruptedCode); // a second Ctrl-C does not wait
    interrupted = true;
  };
  process.on('SIGINT', interrupt);
  const bar = new SingleBar({
    format: 'step {value}/{total} [{bar}] loss {loss}  {rate} tokens/s  {eta_formatted} left',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    etaBuffer: 50,
    stopOnComplete: false,
  });
  const started = performance.now();
  let first: StepReport | undefined;
  let mean = Number.NaN;
  bar.start(training.steps, 0, { loss: '–', rate: '–' });
  try {
    return await training.run(
      (report) => {
        first ??= report;
        mean = Number.isNaN(mean) ? report.loss : mean + (report.loss - mean) * 0.05;
        const seconds = (performance.now() - started) / 1000;
        const rate = (report.tokens - first.tokens) / seconds;
        bar.update(report.step, { loss: mean.toFixed(3), rate: rate.toFixed(0) });
      },
      () => interrupted,
    );
  } finally {
    bar.stop();
    process.off('SIGINT', interrupt);
  }
}

interface Sample {
  readonly source: string;
  readonly reference: string;
  readonly translation: string;
}

/** Held-out pairs spread over the novel ones, short enough to read. */
function samplesOf({ corpus }: TranslationTask, { translations }: Evaluation): Sample[] {
  const readable = corpus.heldOut.flatMap(({ source, target, novel }, i) =>
    novel && source.length <= 70 && source.includes(' ')
      ? [{ source, reference: target, translation: translations[i]! }]
      : [],
  );
  const stride = Math.max(1, Math.floor(readable.length / sampleCount));
  return readable.filter((_, i) => i % stride === 0).slice(0, sampleCount);
}

function printResults({ all, novel }: Evaluation, samples: readonly Sample[]): void {
  const line = (name: string, scores: Evaluation['all']) =>
    `${name.padEnd(18)} ${[scores.model, scores.copy, scores.nearest].map((score) => score.toFixed(2).padStart(12)).join('')}`;
  console.log(
    `\nBLEU on held-out pairs${['this model', 'copy', 'nearest']
      .map((name) => name.padStart(12))
      .join('')
      .slice(3)}`,
  );
  console.log(line(`all (${all.pairs})`, all));
  console.log(line(`novel (${novel.pairs})`, novel));
  for (const { source, reference, translation } of samples) {
    console.log(`\n  ${source}\n    ${translation}\n    ${reference}  (reference)`);
  }
}
