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
import type { Objective } from './objective.ts';

/** Shapes of batches whose plans are kept. */
const plansKept = 64;

/** What an update gave; both are still computed when it is returned. */
export interface UpdateOutcome {
  /** Mean loss over all labels of the update's batches. */
  readonly loss: Promise<number>;
  /** Norm of the gradients before clipping. */
  readonly gradNorm: Tensor;
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
  readonly #update: Compiled<[Batch, number], { loss: Tensor; gradNorm: Tensor }>;
  readonly #accumulate: Compiled<[Batch, number], Tensor>;
  readonly #updateLast: Compiled<[Batch, number], { loss: Tensor; gradNorm: Tensor }>;
  readonly #sums = new Map<Variable, Variable>();

  constructor(model: Module, objective: Objective, optimizer: Optimizer) {
    this.#model = model;
    this.#objective = objective;
    this.#optimizer = optimizer;
    const options = { cacheSize: plansKept };
    this.#update = compile((batch: Batch, _share: number) => this.#step(batch, undefined), options);
    this.#accumulate = compile((batch: Batch, share: number) => this.#add(batch, share), options);
    this.#updateLast = compile((batch: Batch, share: number) => this.#step(batch, share), options);
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
    for (const { batch, labels } of counted.slice(0, -1)) {
      losses.push(read(await this.#accumulate(batch, labels / total)));
      await onSubstep();
    }
    const isAlone = counted.length === 1;
    const { loss, gradNorm } = isAlone
      ? await this.#update(last.batch, 1)
      : await this.#updateLast(last.batch, last.labels / total);
    losses.push(read(loss));
    const sum = Promise.all(losses).then((values) => values.reduce((a, b) => a + b, 0));
    sum.catch(() => {}); // an error surfaces where the loss is awaited
    return { loss: sum, gradNorm };
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
    return share === undefined ? loss : loss.mul(share);
  }

  #step(batch: Batch, share: number | undefined): { loss: Tensor; gradNorm: Tensor } {
    const loss = this.#loss(batch, share);
    backward(loss);
    if (share !== undefined) {
      for (const parameter of this.#trainable()) {
        const sum = this.#sumOf(parameter);
        parameter.grad = parameter.grad ? sum.add(parameter.grad) : sum.detach();
        sum.assign(zeros(parameter.shape));
      }
    }
    const { gradNorm } = this.#optimizer.step();
    this.#model.zeroGrad();
    return { loss, gradNorm };
  }

  #add(batch: Batch, share: number): Tensor {
    const loss = this.#loss(batch, share);
    backward(loss);
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
