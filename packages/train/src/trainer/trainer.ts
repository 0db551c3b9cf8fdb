import type { FileContent } from '@llm/hub';
import { decodeTensors, defaultGenerator, type Module, manualSeed } from '@llm/nn';
import { resolveArguments, type TrainingArguments } from './arguments.ts';
import {
  type CallbackContext,
  callHandlers,
  type TrainerCallback,
  type TrainerEvent,
} from './callback.ts';
import { readCheckpoint } from './checkpoints.ts';
import { estimateRun, type TrainingEstimate } from './estimate.ts';
import { type EvalPrediction, type EvaluationResult, Evaluator } from './evaluation.ts';
import { defaultFlow } from './flow.ts';
import { gradientCheckpointing } from './gradient-checkpointing.ts';
import { KeptCheckpoints } from './kept-checkpoints.ts';
import { columnFilter, isSized, Loader, type TrainerDataset } from './loader.ts';
import { LossScaler } from './loss-scaler.ts';
import { Objective } from './objective.ts';
import { createOptimizer } from './optimization.ts';
import { checkTrainerOptions, collatorOf, type TrainerOptions } from './options.ts';
import { progressOf, reportersOf } from './reporters.ts';
import { TrainingRun } from './run.ts';
import { modelFiles } from './run-state.ts';
import { runLength } from './schedule-of-run.ts';
import { type SearchOptions, type SearchResult, searchHyperparameters } from './search/search.ts';
import {
  type LogEntry,
  newControl,
  newState,
  type TrainerControl,
  type TrainerState,
} from './state.ts';
import { runStorage } from './storage/run-storage.ts';

/** Options of `Trainer.train`. */
export interface TrainOptions {
  /**
   * Where to go on: a checkpoint's folder; true for the newest one of `output_dir`, which must be there; `'auto'` for
   * the newest one if there is any.
   */
  readonly resume_from_checkpoint?: string | boolean;
}

/** How a run ended. */
export interface TrainOutput {
  readonly global_step: number;
  /** Mean loss of all steps. */
  readonly training_loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What `predict` gives. */
export interface PredictionOutput extends EvalPrediction {
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Trains, evaluates and saves a model, as transformers' `Trainer`: its arguments, callbacks, checkpoints and logs.
 *
 * @example
 * const trainer = new Trainer({ model, args: { learning_rate: 2e-5 }, train_dataset, eval_dataset });
 * await trainer.train();
 */
export class Trainer<Model extends Module = Module> {
  readonly model: Model;
  /** The arguments, with defaults filled in. */
  readonly args: TrainingArguments;
  /** Where the run is. */
  readonly state: TrainerState = newState();
  /** What callbacks wish for. */
  readonly control: TrainerControl = newControl();
  readonly #options: TrainerOptions;
  readonly #objective: Objective;
  readonly #callbacks: TrainerCallback[];
  readonly #checkpoints: KeptCheckpoints;
  readonly #evaluator: Evaluator;
  #initialized: Promise<void> | undefined;

  /** @throws TypeError for an unknown option or argument. @throws RangeError for a value that makes no sense. */
  constructor(options: TrainerOptions<Model>) {
    checkTrainerOptions(options);
    this.#options = options;
    this.model = options.model;
    this.args = resolveArguments(options.args ?? {});
    if (this.args.gradient_checkpointing) gradientCheckpointing(this.model);
    this.#objective = new Objective(this.model, {
      smoothing: this.args.label_smoothing_factor,
      computeLoss: this.#options.compute_loss,
      labelNames: this.args.label_names,
      precision: this.args.fp16 ? 'f16' : this.args.bf16 ? 'bf16' : undefined,
    });
    this.#evaluator = new Evaluator(
      this.model,
      this.#objective,
      options.preprocess_logits_for_metrics,
    );
    this.#checkpoints = new KeptCheckpoints(this.args, this.state);
    const own = [defaultFlow, ...reportersOf(this.args), ...progressOf(this.args)];
    this.#callbacks = [...own, ...(options.callbacks ?? [])];
    if (this.args.eval_strategy !== 'no' && options.eval_dataset === undefined) {
      throw new TypeError(
        `Trainer: eval_strategy '${this.args.eval_strategy}' wants an eval_dataset`,
      );
    }
  }

  /** Adds a callback after those that there are. */
  add_callback(callback: TrainerCallback): void {
    this.#callbacks.push(callback);
  }

  /**
   * Trains the model.
   *
   * @throws NonFiniteLossError naming the step whose loss is NaN or infinite, unless such steps are skipped
   */
  async train(options: TrainOptions = {}): Promise<TrainOutput> {
    const { train_dataset, optimizers, on_non_finite, signal } = this.#options;
    if (!train_dataset) throw new TypeError('Trainer: train wants a train_dataset');
    Object.assign(this.state, newState());
    Object.assign(this.control, newControl());
    const generator = manualSeed(this.args.seed);
    const run = new TrainingRun(this.#loader(train_dataset, true), {
      model: this.model,
      args: this.args,
      objective: this.#objective,
      state: this.state,
      control: this.control,
      callbacks: this.#callbacks,
      generator,
      optimizers: optimizers ?? [null, null],
      policy: on_non_finite ?? 'error',
      examples: isSized(train_dataset) ? train_dataset.length : null,
      ...(signal && { signal }),
      call: (event, more) => this.#call(event, more),
      evaluate: async () => {
        const metrics = await this.evaluate();
        const isBest = this.#checkpoints.noteBest(metrics);
        if (isBest && this.args.save_strategy === 'best') this.control.should_save = true;
        return metrics;
      },
      log: (entry) => this.log(entry),
      save: (extra) => this.#saveCheckpoint(extra),
    });
    try {
      await this.#prepare();
      const from = await this.#checkpoints.resumeFrom(
        options.resume_from_checkpoint ?? this.args.resume_from_checkpoint ?? false,
      );
      if (from !== undefined) {
        run.restore(await readCheckpoint(from), from);
        console.info(`Trainer: going on from step ${this.state.global_step} of ${from}`);
      }
      const output = await run.run();
      if (this.args.load_best_model_at_end) await this.#loadBest();
      await this.#call('on_train_end');
      return output;
    } finally {
      run.dispose();
    }
  }

  /**
   * What a run will take: steps, operations, minutes and memory. Two batches are computed; nothing is changed.
   *
   * @throws TypeError without a train_dataset
   */
  async estimate(): Promise<TrainingEstimate> {
    const { train_dataset, optimizers } = this.#options;
    if (!train_dataset) throw new TypeError('Trainer: estimate wants a train_dataset');
    const loader = this.#loader(train_dataset, true);
    const { maxSteps: steps } = runLength(loader, this.args);
    for await (const { batch } of loader.epoch(0)) {
      const parts = {
        model: this.model,
        objective: this.#objective,
        optimizer: optimizers?.[0] ?? createOptimizer(this.model, this.args),
        generator: defaultGenerator(),
        scaler: this.args.fp16 ? new LossScaler() : undefined,
      };
      const batchesPerStep = this.args.gradient_accumulation_steps;
      return estimateRun(parts, batch, { steps, batchesPerStep });
    }
    throw new Error('Trainer: train_dataset gave no batch');
  }

  /**
   * Trains a fresh model per trial with other arguments, evaluates it, and tells which were best. Everything but the
   * model, the callbacks and the arguments that are searched is this trainer's.
   *
   * @throws TypeError for an unknown option, and without the data sets that training and evaluation want
   */
  async hyperparameter_search(search: SearchOptions<Model>): Promise<SearchResult> {
    return searchHyperparameters(search, async (hyperparameters, args, callbacks) => {
      const all = { ...this.#options.args, ...args };
      manualSeed(all.seed ?? this.args.seed);
      const model = await search.model_init(hyperparameters);
      return new Trainer({ ...this.#options, model, args: all, callbacks });
    });
  }

  /**
   * Evaluates the model on `eval_dataset` or another one.
   *
   * @returns `eval_loss`, the metrics of `compute_metrics` and the speed, by names that start with the prefix
   */
  async evaluate(
    dataset: TrainerOptions['eval_dataset'] = this.#options.eval_dataset,
    prefix = 'eval',
  ): Promise<Record<string, number>> {
    if (!dataset) throw new TypeError('Trainer: evaluate wants an eval_dataset');
    const metrics: Record<string, number> = {};
    if (isDataset(dataset))
      Object.assign(metrics, (await this.#evaluateOn(dataset, prefix)).metrics);
    else {
      for (const [name, each] of Object.entries(dataset)) {
        Object.assign(metrics, (await this.#evaluateOn(each, `${prefix}_${name}`)).metrics);
      }
    }
    await this.log(metrics);
    await this.#call('on_evaluate', { metrics });
    return metrics;
  }

  /** Predictions for a data set, with metrics where it has labels. */
  async predict(dataset: TrainerDataset, prefix = 'test'): Promise<PredictionOutput> {
    const { result, metrics } = await this.#evaluateOn(dataset, prefix, true);
    await this.#call('on_predict', { metrics });
    return { predictions: result.predictions, label_ids: result.label_ids, metrics };
  }

  /**
   * Writes the model, and the tokenizer if there is one, so that Python's `from_pretrained` loads it: to disk, or to
   * a page's private file system.
   */
  async save_model(folder: string = this.args.output_dir): Promise<void> {
    await (await runStorage()).save(folder, await this.#files());
  }

  /** Notes numbers with epoch and step in `state.log_history`, and tells callbacks. */
  async log(entry: LogEntry): Promise<void> {
    const { epoch, global_step: step } = this.state;
    const logs = { ...entry, epoch, step };
    this.state.log_history.push(logs);
    await this.#call('on_log', { logs });
  }

  async #evaluateOn(
    dataset: TrainerDataset,
    prefix: string,
    keeps = false,
  ): Promise<{ result: EvaluationResult; metrics: Record<string, number> }> {
    const { compute_metrics } = this.#options;
    const scores = compute_metrics !== undefined && !this.args.prediction_loss_only;
    const result = await this.#evaluator.run(
      this.#loader(dataset, false).epoch(0),
      keeps || scores,
      () => this.#call('on_prediction_step'),
    );
    if (result.examples === 0) throw new Error(`Trainer: the data set to evaluate on has no rows`);
    const { loss, examples, seconds } = result;
    const metrics: Record<string, number> = {};
    if (loss !== undefined) metrics[`${prefix}_loss`] = loss;
    if (scores && result.label_ids !== undefined) {
      for (const [name, value] of Object.entries(await compute_metrics(result))) {
        if (typeof value !== 'number') {
          throw new TypeError(
            `Trainer: compute_metrics gives ${value} for '${name}', wants a number`,
          );
        }
        metrics[name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`] = value;
      }
    }
    metrics[`${prefix}_runtime`] = seconds;
    metrics[`${prefix}_samples_per_second`] = examples / seconds;
    return { result, metrics };
  }

  async #saveCheckpoint(extra: Readonly<Record<string, FileContent>>): Promise<void> {
    await this.#checkpoints.save({
      ...(await this.#files()),
      ...(this.args.save_only_model ? {} : extra),
    });
    await this.#call('on_save');
  }

  async #loadBest(): Promise<void> {
    const best = this.#checkpoints.best();
    if (best === undefined) return;
    const weights = (await readCheckpoint(best)).get('model.safetensors')!;
    this.model.loadStateDict(decodeTensors(weights).tensors);
  }

  async #files(): Promise<Record<string, FileContent>> {
    const { processing_class: tokenizer } = this.#options;
    return { ...(await modelFiles(this.model)), ...tokenizer?.toFiles?.() };
  }

  async #prepare(): Promise<void> {
    this.#initialized ??= this.#call('on_init_end');
    await this.#initialized;
    await this.#checkpoints.prepare();
  }

  #loader(dataset: TrainerDataset, trains: boolean): Loader {
    const { args } = this;
    const names = args.label_names ?? [];
    const collate = collatorOf(this.#options);
    const groups = trains && args.group_by_length;
    return new Loader(
      dataset,
      {
        batchSize: trains ? args.per_device_train_batch_size : args.per_device_eval_batch_size,
        seed: args.data_seed ?? args.seed,
        shuffle: trains,
        dropLast: trains && args.dataloader_drop_last,
        ...(groups && { lengths: lengthsOf(dataset, args.length_column_name) }),
      },
      {
        collate,
        prepare: args.remove_unused_columns
          ? columnFilter(this.model, names, collate)
          : (item) => item,
        ahead: args.dataloader_num_workers * (args.dataloader_prefetch_factor ?? 2),
        name: trains ? 'train_dataset' : 'the data set to evaluate on',
      },
    );
  }

  async #call(event: TrainerEvent, more: Partial<CallbackContext> = {}): Promise<void> {
    const context = { model: this.model, ...more };
    await callHandlers(this.#callbacks, event, this.args, this.state, this.control, context);
  }
}

function isDataset(value: NonNullable<TrainerOptions['eval_dataset']>): value is TrainerDataset {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Lengths of examples, by a column or by their tokens. */
function lengthsOf(dataset: TrainerDataset, column: string): number[] {
  if (!isSized(dataset)) {
    throw new TypeError('Trainer: group_by_length wants a data set whose length is known');
  }
  return Array.from(dataset, (item, index) => {
    const length = item[column] ?? (item.input_ids as readonly number[] | undefined)?.length;
    if (typeof length === 'number') return length;
    throw new TypeError(
      `Trainer: group_by_length wants the column '${column}' or input_ids: example ${index} has neither`,
    );
  });
}
