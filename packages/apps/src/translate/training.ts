import { parseJson } from '@llm/hub';
import {
  backward,
  compile,
  crossEntropy,
  decodeTensors,
  encodeTensors,
  type Generator,
  manualSeed,
  type Seq2SeqLM,
  type Tensor,
} from '@llm/nn';
import type { NonFinite } from '@llm/tensor/reference';
import {
  AdamW,
  type BucketBatches,
  type ExampleBatch,
  encodeRunState,
  type FitResult,
  fit,
  type RunParts,
  restoreRunState,
  Scheduler,
  schedules,
  type TrainingCallback,
} from '@llm/train';
import { type Batch, bucketPairs, type TokenPair, targetTokens, toBatch } from './batches.ts';
import { buildModel } from './build-model.ts';
import type { TranslationSettings } from './settings.ts';
import type { TranslationTask } from './task.ts';

/** How to train: who follows, what stops the run, where it is saved. */
export interface RunOptions {
  readonly callbacks?: readonly TrainingCallback[];
  /** Ends the run after the step that it is in. */
  readonly signal?: AbortSignal;
  /** Called after each pass over the pairs, for saving `state()`. */
  readonly onEpochEnd?: (step: number) => Promise<void>;
}

/** What `state()` keeps beside the model, the optimizer and the positions. */
interface RunRecord {
  readonly settings: TranslationSettings;
  readonly losses: readonly number[];
}

/** Names of files of `state()`. */
const files = { model: 'model.safetensors', record: 'translation.json' } as const;

/** The last file of `state()`: where it is, the others are. */
export const lastStateFile = 'trainer_state.json';

/** Trains a translation model; can stop after any step and go on exactly from there. */
export class TranslationTraining {
  readonly model: Seq2SeqLM;
  /** Loss of each step so far. */
  readonly losses: number[] = [];
  /** Steps of the whole run. */
  readonly steps: number;
  readonly #batches: BucketBatches<TokenPair>;
  readonly #optimizer: AdamW;
  readonly #scheduler: Scheduler;
  readonly #generator: Generator;
  readonly #update;
  /** The batches of the last two steps: a loss is known when the next step is under way. */
  readonly #recent = new Map<number, ExampleBatch<TokenPair>>();

  constructor(
    readonly settings: TranslationSettings,
    readonly task: TranslationTask,
  ) {
    this.#generator = manualSeed(settings.seed);
    this.model = buildModel(settings, task);
    this.#batches = bucketPairs(task.training, settings);
    this.steps = settings.epochs * this.#batches.batchesPerEpoch;
    const matrices = this.model.parameters().filter(({ rank }) => rank > 1);
    const vectors = this.model.parameters().filter(({ rank }) => rank <= 1);
    this.#optimizer = new AdamW(
      [{ parameters: matrices }, { parameters: vectors, weight_decay: 0 }],
      {
        lr: settings.learningRate,
        betas: [0.9, 0.98],
        eps: 1e-9,
        weight_decay: 0.01,
        max_grad_norm: 1,
      },
    );
    this.#scheduler = new Scheduler(
      this.#optimizer,
      schedules.cosineWithMinLr({
        num_warmup_steps: Math.min(settings.warmupSteps, Math.floor(this.steps / 2)),
        num_training_steps: this.steps,
        min_lr_rate: 0.02,
      }),
    );
    this.#update = compile((batch: Batch) => this.#computeUpdate(batch));
  }

  /** Steps done. */
  get step(): number {
    return this.losses.length;
  }

  /**
   * Trains until the end, or until the signal says stop.
   *
   * @throws NonFiniteLossError if a loss is not finite; that step changed nothing.
   */
  run({ callbacks = [], signal, onEpochEnd }: RunOptions = {}): Promise<FitResult> {
    this.model.train();
    const record: TrainingCallback = {
      onStep: ({ step, loss }) => {
        this.losses[step - 1] = loss;
      },
    };
    let step = this.step;
    return fit<ExampleBatch<TokenPair>>({
      step: async (batch) => {
        step++;
        this.#recent.set(step, batch).delete(step - 2);
        return { loss: await this.#update(toBatch(batch, this.task.special)) };
      },
      batches: this.#batches.forever(),
      steps: this.steps,
      startStep: this.step,
      scheduler: this.#scheduler,
      optimizer: this.#optimizer,
      tokens: targetTokens,
      callbacks: [record, ...callbacks],
      ...(signal && { signal }),
      ...(onEpochEnd && {
        checkpoint: { every: this.#batches.batchesPerEpoch, save: onEpochEnd },
      }),
    });
  }

  /**
   * Computes one of the last two steps again, operation by operation, to find where a NaN or an infinity came
   * from. Slow: for a step whose loss was not finite.
   *
   * @returns undefined if all is finite now
   */
  async firstNonFinite(step: number): Promise<NonFinite | undefined> {
    const batch = this.#recent.get(step);
    if (!batch) return undefined;
    const { firstNonFinite } = await import('@llm/tensor/reference');
    return firstNonFinite(await this.#update.trace(toBatch(batch, this.task.special)));
  }

  /** Everything that a resumed run needs, as files; they are whole once the last one is there. */
  async state(): Promise<Record<string, Uint8Array | string>> {
    const { settings, losses } = this;
    const record: RunRecord = { settings, losses };
    return {
      [files.model]: await encodeTensors(this.model.stateDict()),
      [files.record]: `${JSON.stringify(record)}\n`,
      ...(await encodeRunState(this.#parts, this.step)),
    };
  }

  /**
   * Goes on from a state. `read` gives a file of it.
   *
   * @returns the step, or undefined if the state is of a run with other settings; then nothing changes.
   */
  async resume(read: (name: string) => Promise<Uint8Array>): Promise<number | undefined> {
    const record = parseJson(await read(files.record), files.record) as Partial<RunRecord> | null;
    if (JSON.stringify(record?.settings) !== JSON.stringify(this.settings)) return undefined;
    this.model.loadStateDict(decodeTensors(await read(files.model)).tensors);
    const step = await restoreRunState(this.#parts, read);
    this.losses.splice(0, Number.POSITIVE_INFINITY, ...(record?.losses ?? []).slice(0, step));
    return step;
  }

  get #parts(): RunParts {
    return {
      optimizer: this.#optimizer,
      scheduler: this.#scheduler,
      generator: this.#generator,
      batches: this.#batches,
    };
  }

  #computeUpdate({ inputIds, padding, decoderInputIds, labels }: Batch): Tensor {
    const { logits } = this.model.forward({
      input_ids: inputIds,
      attention_mask: padding.logicalNot(),
      decoder_input_ids: decoderInputIds,
    });
    const loss = crossEntropy(logits.reshape(-1, logits.shape[2]!), labels.reshape(-1), {
      labelSmoothing: this.settings.labelSmoothing,
    });
    backward(loss);
    this.#optimizer.step();
    this.#optimizer.zeroGrad();
    return loss;
  }
}
