import {
  autocast,
  CausalLM,
  crossEntropy,
  type HalfType,
  type Module,
  PreTrainedModel,
  Tensor,
} from '@llm/nn';
import type { Batch } from '../collators/collator.ts';

/** What a batch gave: its mean loss and, for evaluation, the model's outputs. */
export interface Outcome {
  /** Mean over the labels that count, a scalar. */
  readonly loss?: Tensor;
  /** Predictions in the order of the model's outputs. */
  readonly predictions: readonly Tensor[];
}

/** A loss of the user's: the mean over the batch, and the predictions if an evaluation shall see them. */
export type ComputeLoss<Model extends Module = Module> = (
  model: Model,
  batch: Batch,
) => Tensor | { readonly loss: Tensor; readonly predictions?: readonly Tensor[] };

/** Label that does not count. */
const ignored = -100;

/** Outputs that are no predictions. */
const notPredictions = new Set([
  'loss',
  'hidden_states',
  'attentions',
  'encoder_last_hidden_state',
  'encoder_hidden_states',
  'encoder_attentions',
  'decoder_hidden_states',
  'decoder_attentions',
  'cross_attentions',
]);

/** How a model is run on a batch, and how its labels are counted. */
export class Objective {
  readonly #model: Module;
  readonly #smoothing: number;
  readonly #computeLoss: ComputeLoss | undefined;
  readonly #labelNames: readonly string[] | null;
  readonly #precision: HalfType | undefined;

  constructor(
    model: Module,
    options: {
      readonly smoothing: number;
      readonly computeLoss: ComputeLoss | undefined;
      readonly labelNames: readonly string[] | null;
      /** What products are in; f32 without. */
      readonly precision?: HalfType | undefined;
    },
  ) {
    this.#model = model;
    this.#smoothing = options.smoothing;
    this.#computeLoss = options.computeLoss;
    this.#labelNames = options.labelNames;
    this.#precision = options.precision;
  }

  /** Names of the labels in a batch. */
  labelNames(batch: Batch): readonly string[] {
    if (this.#labelNames) return this.#labelNames.filter((name) => batch[name] !== undefined);
    if (batch.labels) return ['labels'];
    return ['start_positions', 'end_positions'].filter((name) => batch[name] !== undefined);
  }

  /**
   * How many labels count, for the weights of batches whose gradients are added up. Labels of a model that predicts
   * the next token are counted where they are predicted: not at the first place, unless a soft prompt stands before it.
   *
   * @param where says for an example, of as many, where it comes from
   * @throws RangeError for a label that the model has no class for
   */
  async countLabels(
    batch: Batch,
    where: (example: number, examples: number) => string,
  ): Promise<number> {
    const [name] = this.labelNames(batch);
    if (name === undefined) return Object.values(batch)[0]?.shape[0] ?? 1;
    const labels = batch[name]!;
    const values = await labels.data();
    if (labels.dtype !== 'i32') return labels.size;
    const limit = name === 'labels' ? this.#classes() : undefined;
    const width = labels.shape.at(-1) ?? 1;
    const isShifted = this.#model instanceof CausalLM && !this.#model.extendPrompts;
    let count = 0;
    for (const [index, value] of values.entries()) {
      if (value === ignored) continue;
      if (limit !== undefined && (value < 0 || value >= limit)) {
        const [examples = 1] = labels.shape;
        const example = Math.floor((index * examples) / labels.size);
        throw new RangeError(
          `Trainer: ${where(example, examples)} has the label ${value}; the model has the classes 0 to ${limit - 1}, and ${ignored} is ignored`,
        );
      }
      if (!isShifted || index % width !== 0) count++;
    }
    return count;
  }

  /** Runs the model; in training or evaluation as the model is set. Loss and predictions are f32. */
  run(batch: Batch): Outcome {
    if (!this.#precision) return this.#run(batch);
    const { loss, predictions } = autocast(this.#precision, () => this.#run(batch));
    return {
      ...(loss && { loss: loss.to('f32') }),
      predictions: predictions.map((each) =>
        each.dtype === this.#precision ? each.to('f32') : each,
      ),
    };
  }

  #run(batch: Batch): Outcome {
    if (this.#computeLoss) {
      const result = this.#computeLoss(this.#model, batch);
      return result instanceof Tensor
        ? { loss: result, predictions: [] }
        : { loss: result.loss, predictions: result.predictions ?? [] };
    }
    const smooths = this.#smoothing > 0 && batch.labels !== undefined;
    const output = this.#model.forward(batch as never) as unknown;
    if (output instanceof Tensor) {
      return output.size === 1
        ? { loss: output, predictions: [] }
        : this.#fromLogits(output, batch);
    }
    const named = output as Readonly<Record<string, unknown>>;
    const predictions = Object.entries(named)
      .filter(([name, value]) => value instanceof Tensor && !notPredictions.has(name))
      .map(([, value]) => value as Tensor);
    const loss = smooths ? this.#smoothedLoss(named.logits, batch.labels!) : named.loss;
    if (loss instanceof Tensor) return { loss, predictions };
    return named.logits instanceof Tensor ? this.#fromLogits(named.logits, batch) : { predictions };
  }

  #fromLogits(logits: Tensor, batch: Batch): Outcome {
    const { labels } = batch;
    return { ...(labels && { loss: this.#smoothedLoss(logits, labels) }), predictions: [logits] };
  }

  #smoothedLoss(logits: unknown, labels: Tensor): Tensor {
    if (!(logits instanceof Tensor)) {
      throw new TypeError('Trainer: label_smoothing_factor wants a model that returns logits');
    }
    const options = { labelSmoothing: this.#smoothing };
    if (!(this.#model instanceof CausalLM)) return crossEntropy(logits, labels, options);
    const length = labels.shape[1]!;
    // Behind a soft prompt, for which there are logits too, the first token is predicted as well.
    const before = logits.shape[1]! - length;
    const first = before > 0 ? 0 : 1;
    const predicted = logits.slice(null, [before + first - 1, before + length - 1]);
    return crossEntropy(predicted, labels.slice(null, [first, length]), options);
  }

  /** Number of classes of a model of a family that gives scores of classes or tokens. */
  #classes(): number | undefined {
    const model = this.#model;
    if (!(model instanceof PreTrainedModel)) return undefined;
    const { config, architecture } = model;
    const { vocab_size, num_labels, id2label, problem_type } = config as unknown as Record<
      string,
      unknown
    >;
    if (/ForSequenceClassification|ForTokenClassification/.test(architecture)) {
      const count = num_labels ?? (id2label && Object.keys(id2label).length);
      const isRegression = count === 1 || problem_type === 'regression';
      return isRegression ? undefined : (count as number | undefined);
    }
    return /LM/.test(architecture) ? (vocab_size as number | undefined) : undefined;
  }
}
