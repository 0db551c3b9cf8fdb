import {
  backward,
  type Compiled,
  compile,
  type Module,
  type Tensor,
  Variable,
  zeros,
} from '@llm/nn';
import type { Batch } from '../collators/collator.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { stepPartOf } from '../peft/step-part.ts';
import type { LossScaler } from './loss-scaler.ts';
import type { Objective } from './objective.ts';

/** Shapes of batches whose plans are kept. */
const plansKept = 64;

/** What an update gave; both are still computed when it is returned. */
export interface UpdateOutcome {
  /** Mean loss over all labels of the update's batches. */
  readonly loss: Promise<number>;
  /** Norm of the gradients before clipping. */
  readonly gradNorm: Tensor;
  /** Whether that norm was finite, bool scalar; if not, nothing was updated. */
  readonly finite: Tensor;
}

/** What a compiled update gives. */
interface Updated {
  readonly loss: Tensor;
  readonly gradNorm: Tensor;
  readonly finite: Tensor;
}

/** A batch and how many of its labels count. */
export interface CountedBatch {
  readonly batch: Batch;
  readonly labels: number;
}

/**
 * One update of a model, compiled. Several batches are added up: each batch's mean loss is weighted by its share of
 * all labels that count, so that the sum is the mean over them, as if they had been one batch.
 */
export class TrainingStep {
  readonly #model: Module;
  readonly #objective: Objective;
  readonly #optimizer: Optimizer;
  readonly #scaler: LossScaler | undefined;
  // The last argument is the loss scale, where there is one.
  readonly #update: Compiled<[Batch, number, number?], Updated>;
  readonly #accumulate: Compiled<[Batch, number, number?], Tensor>;
  readonly #updateLast: Compiled<[Batch, number, number?], Updated>;
  readonly #sums = new Map<Variable, Variable>();

  constructor(model: Module, objective: Objective, optimizer: Optimizer, scaler?: LossScaler) {
    this.#model = model;
    this.#objective = objective;
    this.#optimizer = optimizer;
    this.#scaler = scaler;
    const options = { cacheSize: plansKept };
    this.#update = compile((batch, _share, scale) => this.#step(batch, undefined, scale), options);
    this.#accumulate = compile((batch, share, scale) => this.#add(batch, share, scale), options);
    this.#updateLast = compile((batch, share, scale) => this.#step(batch, share, scale), options);
  }

  /** Updates the model by batches that together make one step. `onSubstep` is called after all but the last. */
  async run(
    batches: readonly CountedBatch[],
    onSubstep: () => Promise<void>,
  ): Promise<UpdateOutcome> {
    const counted = batches.filter(({ labels }) => labels > 0);
    const total = counted.reduce((sum, { labels }) => sum + labels, 0);
    const losses: Promise<number>[] = [];
    const last = counted.at(-1)!;
    const scale = this.#scaler?.scale;
    for (const { batch, labels } of counted.slice(0, -1)) {
      losses.push(read(await this.#accumulate(batch, labels / total, scale)));
      await onSubstep();
    }
    const isAlone = counted.length === 1;
    const { loss, gradNorm, finite } = isAlone
      ? await this.#update(last.batch, 1, scale)
      : await this.#updateLast(last.batch, last.labels / total, scale);
    losses.push(read(loss));
    const sum = Promise.all(losses).then((values) => values.reduce((a, b) => a + b, 0));
    sum.catch(() => {}); // an error surfaces where the loss is awaited
    return { loss: sum, gradNorm, finite };
  }

  /** Bytes that the largest plan of a step of `count` such batches takes beside weights and state; nothing is run. */
  async plannedBytes(batch: Batch, count: number): Promise<number> {
    const scale = this.#scaler?.scale;
    const plans =
      count === 1
        ? [await this.#update.memory(batch, 1, scale)]
        : [
            await this.#accumulate.memory(batch, 1 / count, scale),
            await this.#updateLast.memory(batch, 1 / count, scale),
          ];
    const sums = [...this.#sums.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    return sums + Math.max(...plans.map(({ temporaries, outputs }) => temporaries + outputs));
  }

  /** Forgets plans and gradients of an update that did not come to its end. */
  restart(): void {
    this.dispose();
    for (const sum of this.#sums.values()) sum.assign(zeros(sum.shape));
  }

  /** Frees the plans. */
  dispose(): void {
    for (const compiled of [this.#update, this.#accumulate, this.#updateLast]) compiled.dispose();
  }

  #loss(batch: Batch, share: number | undefined): Tensor {
    const { loss } = this.#objective.run(batch);
    if (!loss) {
      throw new TypeError(
        `Trainer: the model gives no loss for a batch with ${Object.keys(batch).join(', ')}; add labels to the data set, or pass compute_loss`,
      );
    }
    const more = stepPartOf(this.#model)?.loss();
    const whole = more ? loss.add(more) : loss;
    return share === undefined ? whole : whole.mul(share);
  }

  #step(batch: Batch, share: number | undefined, scale: number | undefined): Updated {
    const loss = this.#loss(batch, share);
    this.#backward(loss, scale);
    if (share !== undefined) {
      for (const parameter of this.#trainable()) {
        const sum = this.#sumOf(parameter);
        parameter.grad = parameter.grad ? sum.add(parameter.grad) : sum.detach();
        sum.assign(zeros(parameter.shape));
      }
    }
    const result = this.#optimizer.step();
    stepPartOf(this.#model)?.afterStep(this.#optimizer, result);
    const { gradNorm, finite } = result;
    this.#model.zeroGrad();
    return { loss, gradNorm, finite };
  }

  /** Gradients of the loss, by way of those of `scale` times the loss where there is a scale. */
  #backward(loss: Tensor, scale: number | undefined): void {
    backward(scale === undefined ? loss : loss.mul(scale));
    if (scale === undefined) return;
    for (const parameter of this.#trainable()) {
      if (parameter.grad) parameter.grad = parameter.grad.to('f32').div(scale);
    }
  }

  #add(batch: Batch, share: number, scale: number | undefined): Tensor {
    const loss = this.#loss(batch, share);
    this.#backward(loss, scale);
    for (const parameter of this.#trainable()) {
      const sum = this.#sumOf(parameter);
      if (parameter.grad) sum.assign(sum.add(parameter.grad));
    }
    this.#model.zeroGrad();
    return loss;
  }

  #trainable(): Variable[] {
    return this.#model.parameters().filter(({ trainable }) => trainable);
  }

  #sumOf(parameter: Variable): Variable {
    let sum = this.#sums.get(parameter);
    if (!sum) {
      sum = new Variable(zeros(parameter.shape), { trainable: false, name: 'sum of gradients' });
      this.#sums.set(parameter, sum);
    }
    return sum;
  }
}

function read(loss: Tensor): Promise<number> {
  const value = loss.item();
  value.catch(() => {});
  return value;
}
