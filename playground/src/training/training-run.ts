import {
  evaluateTranslator,
  modelFolderFiles,
  splitCorpus,
  type TranslationTask,
  TranslationTraining,
  Translator,
  toTask,
  translationSettings,
} from '@llm/apps';
import type { StepEvent } from '@llm/train';
import { saveModel } from '../models/saved.ts';
import type { Pair } from './pairs.ts';
import { translationOptions } from './settings.ts';
import { type OpenedRun, type RunRecord, saveState } from './stored-run.ts';

/** A sentence, and what the model makes of it. */
export interface Sample {
  readonly source: string;
  readonly translation: string;
  /** What a person wrote. */
  readonly reference: string;
}

/** What happens while a model is trained. */
export type TrainingEvent =
  /** The pairs are read, and the tokenizer is trained on them. */
  | { readonly kind: 'preparing' }
  /** It begins, or goes on, after the steps whose losses are given. */
  | {
      readonly kind: 'begin';
      readonly steps: number;
      readonly losses: readonly number[];
      readonly parameters: number;
      readonly pairs: number;
    }
  /** Losses of the steps since the last time, and how fast it goes. */
  | {
      readonly kind: 'progress';
      readonly losses: readonly number[];
      readonly tokensPerSecond: number;
      readonly remainingSeconds: number;
    }
  | {
      readonly kind: 'samples';
      readonly step: number;
      readonly samples: readonly Sample[];
      /** Whether they are kept out of the training; too few pairs leave none to keep. */
      readonly areHeldOut: boolean;
    }
  /** The last step is done; the model is scored and saved. */
  | { readonly kind: 'saving' };

/** How `train` ended. */
export type TrainingOutcome =
  | { readonly kind: 'paused'; readonly step: number }
  | {
      readonly kind: 'finished';
      readonly step: number;
      /** Name of the saved model. */
      readonly name: string;
      /** BLEU on pairs that were held out: the model's, and that of sources left as they are. */
      readonly bleu?: { readonly model: number; readonly copy: number; readonly pairs: number };
    };

type Emit = (event: TrainingEvent) => void;

/** Milliseconds between two reports, two stored states, and at least between two rounds of samples. */
const [reportEvery, storeEvery, sampleEvery] = [100, 10_000, 3_000];
/** Sentences that are translated as it goes; least and most that are scored at the end. */
const [sampleCount, leastScored, mostScored] = [5, 20, 200];

/** One training: a model that learns pairs, and what tells and stores how far it is. */
export class TrainingRun {
  readonly #training: TranslationTraining;
  readonly #translator: Translator;
  readonly #shown: readonly Pair[];
  readonly #areHeldOut: boolean;
  #stop: 'pause' | 'finish' | undefined;
  #controller = new AbortController();

  private constructor(
    readonly record: RunRecord,
    readonly task: TranslationTask,
    training: TranslationTraining,
  ) {
    this.#training = training;
    this.#translator = new Translator(training.model, task.tokenizer, { batchSize: sampleCount });
    const { heldOut, training: learned } = task.corpus;
    this.#areHeldOut = heldOut.length >= sampleCount;
    this.#shown = chooseSamples(this.#areHeldOut ? heldOut : learned);
  }

  /** Prepares pairs, tokenizer and model. */
  static async create(record: RunRecord, pairs: readonly Pair[]): Promise<TrainingRun> {
    const settings = translationSettings(translationOptions(record.settings));
    // Which program a string is from matters to nobody here.
    const corpus = splitCorpus(pairs.map((pair) => ({ ...pair, origin: 'workbench' as const })));
    if (corpus.training.length === 0) {
      throw new RangeError(
        `no pair of "${record.data}" can be learned: sources and targets want words, up to 160 characters, and have to differ`,
      );
    }
    const task = await toTask(corpus, settings);
    return new TrainingRun(record, task, new TranslationTraining(settings, task));
  }

  /** Goes to where a stored training was. */
  async restore({ read }: OpenedRun): Promise<void> {
    if ((await this.#training.resume(read)) === undefined) {
      throw new Error('the stored training is of another version of this page; start a new one');
    }
  }

  /** Ends `train` after the step that it is in. */
  stop(how: 'pause' | 'finish'): void {
    this.#stop = how;
    this.#controller.abort();
  }

  /** Trains from where it is; `signal` pauses it too. */
  async train(signal: AbortSignal, emit: Emit): Promise<TrainingOutcome> {
    const training = this.#training;
    this.#stop = undefined;
    this.#controller = new AbortController();
    emit({
      kind: 'begin',
      steps: training.steps,
      losses: training.losses,
      parameters: training.model.num_parameters(),
      pairs: this.task.training.length,
    });
    let storedAt = performance.now();
    const { reason } = await training.run({
      callbacks: [{ onStep: this.#follow(emit) }],
      signal: AbortSignal.any([signal, this.#controller.signal]),
      onEpochEnd: async (step) => {
        if (performance.now() - storedAt < storeEvery) return;
        await saveState(step, await training.state());
        storedAt = performance.now();
      },
    });
    if (reason === 'finished' || this.#stop === 'finish') return this.#finish(emit);
    await saveState(training.step, await training.state());
    return { kind: 'paused', step: training.step };
  }

  /** Reports steps in groups, and translates the samples from time to time. */
  #follow(emit: Emit): (event: StepEvent) => Promise<void> {
    let losses: number[] = [];
    let reportedAt = performance.now();
    let sampleAt = reportedAt + sampleEvery / 2;
    return async ({ step, steps, loss, tokensPerSecond, remainingSeconds }) => {
      losses.push(loss);
      const now = performance.now();
      if (now - reportedAt < reportEvery && step < steps) return;
      emit({ kind: 'progress', losses, tokensPerSecond, remainingSeconds });
      losses = [];
      reportedAt = now;
      if (now >= sampleAt && step < steps) {
        await this.#sample(step, emit);
        const took = performance.now() - now;
        // Samples take at most a tenth of the time.
        sampleAt = performance.now() + Math.max(sampleEvery, 9 * took);
      }
      // A task of its own, so that the worker hears of a pause.
      await new Promise((resolve) => setTimeout(resolve));
    };
  }

  async #sample(step: number, emit: Emit): Promise<void> {
    const { model } = this.#training;
    model.eval();
    const translations = await this.#translator.translate(this.#shown.map(({ source }) => source));
    model.train();
    const samples = this.#shown.map(({ source, target }, i) => ({
      source,
      translation: translations[i]!,
      reference: target,
    }));
    emit({ kind: 'samples', step, samples, areHeldOut: this.#areHeldOut });
  }

  async #finish(emit: Emit): Promise<TrainingOutcome> {
    emit({ kind: 'saving' });
    const { model, step } = this.#training;
    const { name } = this.record;
    model.eval();
    await this.#sample(step, emit);
    model.eval();
    const files = await modelFolderFiles(model, this.task.tokenizer);
    await saveModel(name, files as Record<string, Uint8Array<ArrayBuffer> | string>);
    this.#translator.dispose();
    const bleu = await this.#score();
    return { kind: 'finished', step, name, ...(bleu && { bleu }) };
  }

  async #score() {
    const { corpus, tokenizer } = this.task;
    const heldOut = corpus.heldOut.slice(0, mostScored);
    if (heldOut.length < leastScored) return undefined;
    const translator = new Translator(this.#training.model, tokenizer);
    const { all } = await evaluateTranslator(translator, { ...corpus, heldOut });
    translator.dispose();
    return { model: all.model, copy: all.copy, pairs: all.pairs };
  }
}

/** A few sentences of two to six words, the same ones each time. */
function chooseSamples(pairs: readonly Pair[]): readonly Pair[] {
  const short = pairs.filter(({ source }) => /^\S+( \S+){1,5}$/.test(source));
  const some = short.length >= sampleCount ? short : pairs;
  const stride = Math.max(1, Math.floor(some.length / sampleCount));
  return some.filter((_, i) => i % stride === 0).slice(0, sampleCount);
}
