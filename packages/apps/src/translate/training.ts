import {
  backward,
  compile,
  crossEntropy,
  decodeTensors,
  encodeTensors,
  type Generator,
  hostUniform,
  MBartForConditionalGeneration,
  manualSeed,
  type Tensor,
} from '@llm/nn';
import { AdamW, Scheduler, schedules } from '@llm/train';
import { type Batch, makeBatches, type Uniform } from './batches.ts';
import type { TranslationSettings } from './settings.ts';
import type { TranslationTask } from './task.ts';

/** What one step did. */
export interface StepReport {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Target tokens trained on so far, padding not counted. */
  readonly tokens: number;
}

/** A loss that is no number: training stopped, with the state before that step intact. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';

  constructor(readonly step: number) {
    super(
      `training: the loss of step ${step} is not a finite number; the model of the step before is kept. Lower --learning-rate, or look at the data of that batch.`,
    );
  }
}

/** Where a run stands, beside the values of its tensors. */
interface Progress {
  readonly settings: TranslationSettings;
  readonly step: number;
  readonly tokens: number;
  readonly draws: number;
  readonly losses: readonly number[];
}

const uniformsPerEpoch = 1 << 17;

/** Trains a translation model; can stop after any step and go on exactly from there. */
export class TranslationTraining {
  readonly model: MBartForConditionalGeneration;
  /** Loss of each step so far. */
  readonly losses: number[] = [];
  readonly steps: number;
  readonly #generator: Generator;
  readonly #optimizer: AdamW;
  readonly #scheduler: Scheduler;
  readonly #update;
  readonly #stepsPerEpoch: number;
  #step = 0;
  #tokens = 0;

  constructor(
    readonly settings: TranslationSettings,
    readonly task: TranslationTask,
  ) {
    this.#generator = manualSeed(settings.seed);
    this.model = buildModel(settings, task);
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
    this.#stepsPerEpoch = this.#epoch(0).length;
    this.steps = settings.epochs * this.#stepsPerEpoch;
    const warmup = Math.min(settings.warmupSteps, Math.floor(this.steps / 2));
    this.#scheduler = new Scheduler(
      this.#optimizer,
      schedules.cosineWithMinLr({
        num_warmup_steps: warmup,
        num_training_steps: this.steps,
        min_lr_rate: 0.02,
      }),
    );
    this.#update = compile((batch: Omit<Batch, 'tokens'>) => this.#computeUpdate(batch));
  }

  /**
   * Trains until the end, or until `shouldStop` says so.
   *
   * @returns whether the end was reached.
   * @throws NonFiniteLossError if a loss is not finite; that step changed nothing.
   */
  async run(onStep: (report: StepReport) => void, shouldStop: () => boolean): Promise<boolean> {
    this.model.train();
    let waiting: Promise<void> | undefined;
    while (this.#step < this.steps && !shouldStop()) {
      const epoch = this.#epoch(Math.floor(this.#step / this.#stepsPerEpoch));
      const { tokens, ...batch } = epoch[this.#step % this.#stepsPerEpoch]!();
      this.#step++;
      this.#tokens += tokens;
      const step = this.#step;
      const total = this.#tokens;
      const loss = await this.#update(batch);
      this.#scheduler.step();
      // The next step is submitted before this one's loss is read, so that the device never waits.
      const previous = waiting;
      waiting = loss.item().then((value) => {
        if (!Number.isFinite(value)) throw new NonFiniteLossError(step);
        this.losses[step - 1] = value;
        onStep({ step, steps: this.steps, loss: value, tokens: total });
      });
      waiting.catch(() => {}); // thrown below, one step later
      await previous;
    }
    await waiting;
    return this.#step === this.steps;
  }

  /** Everything that a resumed run needs, as one file. */
  async checkpoint(): Promise<Uint8Array> {
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(this.model.stateDict()))
      tensors[`model.${name}`] = value;
    for (const [name, value] of Object.entries(this.#optimizer.stateDict())) {
      tensors[`optimizer.${name}`] = value;
    }
    const progress: Progress = {
      settings: this.settings,
      step: this.#step,
      tokens: this.#tokens,
      draws: this.#generator.position,
      losses: this.losses,
    };
    return encodeTensors(tensors, { progress: JSON.stringify(progress) });
  }

  /**
   * Goes on from a checkpoint.
   *
   * @returns the step, or undefined if the checkpoint is of a run with other settings; then nothing changes.
   */
  resume(file: Uint8Array): number | undefined {
    const { tensors, metadata } = decodeTensors(file);
    const progress = JSON.parse(metadata.get('progress') ?? 'null') as Progress | null;
    if (!progress || JSON.stringify(progress.settings) !== JSON.stringify(this.settings))
      return undefined;
    const part = (prefix: string) =>
      Object.fromEntries(
        Object.entries(tensors).flatMap(([name, value]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
        ),
      );
    this.model.loadStateDict(part('model.'));
    this.#optimizer.loadStateDict(part('optimizer.'));
    this.#step = progress.step;
    this.#tokens = progress.tokens;
    this.#scheduler.steps = progress.step;
    this.#generator.position = progress.draws;
    this.losses.push(...progress.losses);
    return progress.step;
  }

  #computeUpdate({
    inputIds,
    attentionMask,
    decoderInputIds,
    labels,
  }: Omit<Batch, 'tokens'>): Tensor {
    const logits = this.model.forward(inputIds, attentionMask, decoderInputIds);
    const loss = crossEntropy(logits.reshape(-1, logits.shape[2]!), labels.reshape(-1), {
      labelSmoothing: this.settings.labelSmoothing,
    });
    backward(loss);
    this.#optimizer.step();
    this.#optimizer.zeroGrad();
    return loss;
  }

  #batches: { epoch: number; batches: (() => Batch)[] } | undefined;

  /** The batches of one pass: the same for the same seed and epoch. */
  #epoch(epoch: number): (() => Batch)[] {
    if (this.#batches?.epoch === epoch) return this.#batches.batches;
    const { settings, task } = this;
    const options = { ...settings, special: task.special };
    const batches = makeBatches(task.training, options, uniformStream(settings.seed, epoch));
    this.#batches = { epoch, batches };
    return batches;
  }
}

/** The model of the settings, with fresh weights. */
function buildModel(
  settings: TranslationSettings,
  task: TranslationTask,
): MBartForConditionalGeneration {
  const { width, heads, inner, layers, dropout, buckets } = settings;
  return new MBartForConditionalGeneration({
    vocab_size: task.tokenizer.total_size,
    d_model: width,
    encoder_layers: layers,
    decoder_layers: layers,
    encoder_attention_heads: heads,
    decoder_attention_heads: heads,
    encoder_ffn_dim: inner,
    decoder_ffn_dim: inner,
    activation_function: 'relu',
    dropout,
    // Longer than any training sentence, since a translation may be.
    max_position_embeddings: 2 * Math.max(...buckets),
    scale_embedding: true,
    pad_token_id: task.special.pad,
    bos_token_id: task.special.start,
    eos_token_id: task.special.end,
    decoder_start_token_id: task.special.start,
  });
}

/** Uniform numbers that depend on the seed and the epoch alone. */
function uniformStream(seed: number, epoch: number): Uniform {
  const values = hostUniform({ seed, position: epoch, draw: 1 }, uniformsPerEpoch);
  let next = 0;
  return () => values[next++ % uniformsPerEpoch]!;
}
