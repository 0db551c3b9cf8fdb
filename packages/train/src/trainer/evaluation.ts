import { compile, type Module, type Tensor } from '@llm/nn';
import type { Batch } from '../collators/collator.ts';
import { HostArray } from './host-array.ts';
import type { LoadedBatch } from './loader.ts';
import type { Objective } from './objective.ts';

/** Predictions and labels of a data set. */
export interface EvalPrediction {
  /** The model's outputs: one array, or several for a model with several. */
  readonly predictions: HostArray | readonly HostArray[];
  /** The labels; undefined where there are none. */
  readonly label_ids: HostArray | readonly HostArray[] | undefined;
}

/** Scores of an evaluation by name. */
export type ComputeMetrics = (
  prediction: EvalPrediction,
) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;

/** Makes predictions smaller on the device before they are kept, such as by `argmax`. */
export type PreprocessLogits = (predictions: readonly Tensor[], batch: Batch) => readonly Tensor[];

/** What an evaluation found. */
export interface EvaluationResult extends EvalPrediction {
  /** Mean over the examples; undefined without labels. */
  readonly loss: number | undefined;
  readonly examples: number;
  readonly seconds: number;
}

/** Shapes of batches whose plans are kept. */
const plansKept = 64;

/** Runs a model over data without training it. */
export class Evaluator {
  readonly #model: Module;
  readonly #objective: Objective;
  readonly #compiled;

  constructor(model: Module, objective: Objective, preprocess: PreprocessLogits | undefined) {
    this.#model = model;
    this.#objective = objective;
    this.#compiled = compile(
      (batch: Batch, keeps: boolean) => {
        const { loss, predictions } = objective.run(batch);
        const kept = keeps ? (preprocess?.(predictions, batch) ?? predictions) : [];
        return { ...(loss && { loss }), predictions: kept };
      },
      { cacheSize: plansKept },
    );
  }

  /** @param keeps whether predictions and labels are wanted, not the loss only */
  async run(
    batches: AsyncIterable<LoadedBatch>,
    keeps: boolean,
    onStep: () => Promise<void>,
  ): Promise<EvaluationResult> {
    const start = performance.now();
    const wasTraining = this.#model.training;
    this.#model.eval();
    const predictions: HostArray[][] = [];
    const labels: HostArray[][] = [];
    let [lossSum, lossExamples, examples] = [0, 0, 0];
    try {
      for await (const { batch, size, rowOf } of batches) {
        const place = `evaluation batch at ${examples}`;
        const count = await this.#objective.countLabels(
          batch,
          (...which) => rowOf(...which) ?? place,
        );
        const output = await this.#compiled(batch, keeps);
        examples += size;
        // A batch without a label that counts has no loss: 0 / 0.
        if (output.loss && count > 0) {
          lossSum += (await output.loss.item()) * size;
          lossExamples += size;
        }
        if (keeps) {
          const names = this.#objective.labelNames(batch);
          await keep(predictions, output.predictions);
          await keep(
            labels,
            names.map((name) => batch[name]!),
          );
        }
        await onStep();
      }
    } finally {
      this.#model.train(wasTraining);
    }
    return {
      loss: lossExamples > 0 ? lossSum / lossExamples : undefined,
      predictions: joined(predictions) ?? [],
      label_ids: joined(labels),
      examples,
      seconds: (performance.now() - start) / 1000,
    };
  }
}

async function keep(lists: HostArray[][], tensors: readonly Tensor[]): Promise<void> {
  for (const [index, tensor] of tensors.entries()) {
    lists[index] ??= [];
    lists[index].push(await HostArray.of(tensor));
  }
}

function joined(lists: readonly (readonly HostArray[])[]): HostArray | HostArray[] | undefined {
  const arrays = lists.map((parts) => HostArray.concat(parts));
  return arrays.length > 1 ? arrays : arrays[0];
}
