import type { FileContent } from '@llm/hub';
import type { Generator, Module } from '@llm/nn';
import type { Snapshots } from '../loop/snapshots.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { stepPartOf } from '../peft/step-part.ts';
import { Scheduler } from '../schedules/scheduler.ts';
import type { Schedule } from '../schedules/schedules.ts';
import type { TrainingArguments } from './arguments.ts';
import type { CallbackContext, TrainerCallback, TrainerEvent } from './callback.ts';
import { FittingStep } from './fitting-step.ts';
import { intervalOf, watchedMetric } from './flow.ts';
import type { LoadedBatch, Loader } from './loader.ts';
import { LossScaler } from './loss-scaler.ts';
import { LossTally, type NonFinitePolicy } from './loss-tally.ts';
import type { Objective } from './objective.ts';
import { createOptimizer, createPlateau, createSchedule } from './optimization.ts';
import { runSnapshots, type TrainerCounters, takeUp } from './run-snapshots.ts';
import { type DataPosition, encodeRun, type RunParts, restoreRun } from './run-state.ts';
import { type RunLength, runLength } from './schedule-of-run.ts';
import { type LogEntry, newControl, type TrainerControl, type TrainerState } from './state.ts';
import { TrainingStep, type UpdateOutcome } from './training-step.ts';
import { windows } from './windows.ts';

/** What a run needs of its trainer. */
interface RunHost {
  readonly model: Module;
  readonly args: TrainingArguments;
  readonly objective: Objective;
  readonly state: TrainerState;
  readonly control: TrainerControl;
  readonly callbacks: readonly TrainerCallback[];
  readonly generator: Generator;
  readonly optimizers: readonly [Optimizer | null, Schedule | null];
  readonly policy: NonFinitePolicy;
  /** Examples of the data set; null for a stream. */
  readonly examples: number | null;
  readonly signal?: AbortSignal;
  call(event: TrainerEvent, more?: Partial<CallbackContext>): Promise<void>;
  /** Its metrics by name. */
  evaluate(): Promise<Readonly<Record<string, number>>>;
  log(entry: LogEntry): Promise<void>;
  /** Saves a checkpoint with these files besides the model's. */
  save(extra: Readonly<Record<string, FileContent>>): Promise<void>;
}

/** One call of `train`: the loop over epochs and steps, and what it logs, evaluates and saves. */
export class TrainingRun {
  readonly #host: RunHost;
  readonly #loader: Loader;
  readonly #length: RunLength;
  readonly #step: TrainingStep;
  readonly #fitting: FittingStep | undefined;
  readonly #parts: RunParts;
  readonly #snapshots: Snapshots<TrainerCounters>;
  #position: DataPosition = { epoch: 0, batches: 0 };
  #startTime = 0;
  #startStep = 0;
  #startTokens = 0;

  constructor(loader: Loader, host: RunHost) {
    const { args, model, state, optimizers } = host;
    this.#host = host;
    this.#loader = loader;
    this.#length = runLength(loader, args);
    const { maxSteps, epochs } = this.#length;
    Object.assign(state, {
      max_steps: maxSteps,
      num_train_epochs: Number.isFinite(epochs) ? epochs : 0,
      train_batch_size: args.per_device_train_batch_size,
      logging_steps: intervalOf(args.logging_steps, maxSteps),
      save_steps: intervalOf(args.save_steps, maxSteps),
      eval_steps: intervalOf(args.eval_steps ?? args.logging_steps, maxSteps),
    });
    const optimizer = optimizers[0] ?? createOptimizer(model, args);
    const scaler = args.fp16 ? new LossScaler() : undefined;
    this.#step = new TrainingStep(model, host.objective, optimizer, scaler);
    if (args.auto_find_batch_size) {
      this.#fitting = new FittingStep(this.#step, {
        generator: host.generator,
        countLabels: (batch) => host.objective.countLabels(batch, () => 'part of a batch'),
      });
    }
    const plateau = optimizers[1] ? undefined : createPlateau(args, optimizer);
    this.#parts = {
      model,
      optimizer,
      scheduler: new Scheduler(optimizer, optimizers[1] ?? createSchedule(args, maxSteps)),
      generator: host.generator,
      state,
      tally: new LossTally(host.policy),
      ...(scaler && { scaler }),
      ...(plateau && { plateau }),
      ...(this.#fitting && { fitting: this.#fitting }),
      callbacks: host.callbacks,
      data: {
        examples: host.examples,
        per_device_train_batch_size: args.per_device_train_batch_size,
        gradient_accumulation_steps: args.gradient_accumulation_steps,
        data_seed: args.data_seed ?? args.seed,
        group_by_length: args.group_by_length,
        dataloader_drop_last: args.dataloader_drop_last,
      },
    };
    this.#snapshots = runSnapshots(this.#parts, () => this.#position, args.snapshot_seconds);
  }

  /** Takes up a checkpoint. */
  restore(files: ReadonlyMap<string, Uint8Array>, place: string): void {
    this.#position = restoreRun(this.#parts, files, place, !this.#host.args.ignore_data_skip);
  }

  /** Trains until the last step, or until something asks to stop. */
  async run(): Promise<{
    global_step: number;
    training_loss: number;
    metrics: Record<string, number>;
  }> {
    const { args, state, control, model } = this.#host;
    this.#startTime = performance.now();
    this.#startStep = state.global_step;
    this.#startTokens = state.num_input_tokens_seen;
    model.train();
    await this.#host.call('on_train_begin');
    if (args.eval_on_start && state.global_step === 0) await this.#host.evaluate();
    if (state.global_step >= state.max_steps) control.should_training_stop = true;
    await this.#snapshots.begin();
    while (!(await this.#epochs()));
    const { mean } = this.#parts.tally;
    const skipped = this.#parts.tally.skipped + (this.#parts.scaler?.skipped ?? 0);
    const seconds = (performance.now() - this.#startTime) / 1000;
    const metrics = {
      train_runtime: seconds,
      train_steps_per_second: (state.global_step - this.#startStep) / seconds,
      train_loss: mean,
      ...(skipped > 0 && { skipped_steps: skipped }),
    };
    if (state.global_step > this.#startStep) await this.#host.log(metrics);
    return { global_step: state.global_step, training_loss: mean, metrics };
  }

  /** Frees what the compiled steps hold. */
  dispose(): void {
    this.#step.dispose();
  }

  /** Goes on to the end; false if the device was lost, and everything is back at an earlier step. */
  async #epochs(): Promise<boolean> {
    const { control, state, model, call } = this.#host;
    try {
      let { epoch } = this.#position;
      for (; epoch < this.#length.epochs && !control.should_training_stop; epoch++) {
        await this.#epoch(epoch, this.#position.epoch === epoch ? this.#position.batches : 0);
      }
      await this.#parts.tally.settle();
      return true;
    } catch (error) {
      this.#position = takeUp(
        this.#parts,
        await this.#snapshots.rollBack(error, state.global_step),
      );
      Object.assign(control, newControl());
      this.#step.restart();
      model.train();
      await call('on_roll_back');
      return false;
    }
  }

  async #epoch(epoch: number, skip: number): Promise<void> {
    const { args, control, call, state } = this.#host;
    control.should_epoch_stop = false;
    await call('on_epoch_begin');
    let batches = skip;
    let outcome: Rated | undefined;
    const size = args.gradient_accumulation_steps;
    for await (const window of windows(this.#loader.epoch(epoch, skip), size)) {
      await this.#snapshots.consider();
      batches += window.length;
      this.#position = { epoch, batches };
      outcome = await this.#update(window, batches);
      await this.#afterStep(outcome);
      if (control.should_epoch_stop || control.should_training_stop) break;
    }
    if (batches === 0) {
      throw new Error(
        `Trainer: train_dataset gave no batch in epoch ${epoch + 1}; a generator gives its rows once: for several epochs use IterableDataset.from(() => …)`,
      );
    }
    const { batchesPerEpoch } = this.#length;
    const isWhole = batchesPerEpoch === undefined || batches >= batchesPerEpoch;
    if (isWhole) {
      this.#position = { epoch: epoch + 1, batches: 0 };
      state.epoch = epoch + 1;
    }
    await call('on_epoch_end');
    await this.#attend(outcome);
  }

  async #update(window: readonly LoadedBatch[], batches: number): Promise<Rated> {
    const { objective, state, call, args } = this.#host;
    const { scheduler, optimizer, tally, scaler, plateau } = this.#parts;
    await call('on_step_begin');
    const place = `step ${state.global_step + 1}`;
    const counted = [];
    for (const { batch, rowOf } of window) {
      const labels = await objective.countLabels(batch, (...which) => rowOf(...which) ?? place);
      counted.push({ batch, labels });
      state.num_input_tokens_seen += batch.input_ids?.size ?? 0;
    }
    if (counted.every(({ labels }) => labels === 0)) {
      throw new Error(
        `Trainer: in the batches of ${place} no label counts, so there is no loss; check the labels, or drop such examples`,
      );
    }
    const learningRate = optimizer.groups[0]?.lr ?? args.learning_rate;
    await call('on_pre_optimizer_step');
    stepPartOf(this.#host.model)?.beforeStep(state.global_step);
    const outcome = await (this.#fitting ?? this.#step).run(counted, () => call('on_substep_end'));
    if (this.#fitting) {
      const size = args.per_device_train_batch_size / this.#fitting.cuts;
      state.train_batch_size = Math.max(1, Math.ceil(size));
    }
    await call('on_optimizer_step');
    // As in PyTorch, the rates stay where they are when a step is left out because the scaled gradients overflowed.
    const isUpdated = !scaler || (await outcome.finite.item()) !== 0;
    scaler?.update(isUpdated);
    if (isUpdated && !plateau) scheduler.step();
    state.global_step++;
    state.epoch =
      this.#position.epoch + batches / (this.#length.batchesPerEpoch ?? state.max_steps);
    await tally.add(state.global_step, outcome.loss);
    return { ...outcome, learningRate };
  }

  async #afterStep(outcome: Rated): Promise<void> {
    const { control, call, signal, args } = this.#host;
    await call('on_step_end', { loss: this.#parts.tally.last });
    if (signal?.aborted) {
      control.should_training_stop = true;
      if (args.save_strategy !== 'no') control.should_save = true;
    }
    await this.#attend(outcome);
  }

  /** Does what callbacks asked for: log, evaluate, save, in this order. */
  async #attend(outcome: Rated | undefined): Promise<void> {
    const { control, args, state } = this.#host;
    const { tally } = this.#parts;
    const { should_log, should_evaluate } = control;
    if (should_log || should_evaluate || control.should_save) await tally.settle();
    control.should_log = false;
    control.should_evaluate = false;
    if (should_log && outcome) {
      const loss = tally.takeMean();
      const seconds = (performance.now() - this.#startTime) / 1000;
      const tokens = state.num_input_tokens_seen;
      if (loss !== undefined) {
        await this.#host.log({
          loss,
          grad_norm: await outcome.gradNorm.item(),
          learning_rate: outcome.learningRate,
          ...(this.#parts.scaler && { loss_scale: this.#parts.scaler.scale }),
          ...(args.include_num_input_tokens_seen && { num_input_tokens_seen: tokens }),
          ...(args.include_tokens_per_second && {
            train_tokens_per_second: (tokens - this.#startTokens) / seconds,
          }),
        });
      }
    }
    if (should_evaluate) {
      const metrics = await this.#host.evaluate();
      this.#parts.plateau?.step(watchedMetric(args, metrics));
    }
    if (!control.should_save) return;
    control.should_save = false;
    if (state.best_global_step === state.global_step) {
      state.best_model_checkpoint = `${args.output_dir}/checkpoint-${state.global_step}`;
    }
    await this.#host.save(await encodeRun(this.#parts, this.#position, args));
  }
}

/** What a step gave, and the learning rate that it was done with. */
type Rated = UpdateOutcome & { readonly learningRate: number };
