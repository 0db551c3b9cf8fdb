import type { Generator, Tensor } from '@llm/nn';
import type { Batch } from '../collators/collator.ts';
import type { CountedBatch, TrainingStep, UpdateOutcome } from './training-step.ts';

/** What cutting batches needs besides the step. */
interface FittingParts {
  /** What dropout draws from; a step that is done again draws the same. */
  readonly generator: Generator;
  /** How many labels of a batch count. */
  countLabels(batch: Batch): Promise<number>;
}

/**
 * Updates that are done again with batches cut in half where memory does not suffice, as often as it takes. The parts'
 * gradients are added up by their share of the labels, so that the update is that of the whole batch, and later steps
 * begin with parts of the size that was found.
 */
export class FittingStep {
  readonly #step: TrainingStep;
  readonly #parts: FittingParts;
  /** How many parts a batch is cut into: a power of two. */
  cuts = 1;

  constructor(step: TrainingStep, parts: FittingParts) {
    this.#step = step;
    this.#parts = parts;
  }

  /**
   * As `TrainingStep.run`.
   *
   * @throws Error named `OutOfMemoryError` if single examples are too much
   */
  async run(
    batches: readonly CountedBatch[],
    onSubstep: () => Promise<void>,
  ): Promise<UpdateOutcome> {
    const { generator } = this.#parts;
    for (;;) {
      const { position } = generator;
      try {
        return await this.#step.run(await this.#cut(batches), onSubstep);
      } catch (error) {
        const rows = Math.max(...batches.map(({ batch }) => rowsOf(batch)));
        if (!isOutOfMemory(error) || this.cuts >= rows) throw error;
        this.cuts *= 2;
        generator.position = position;
        this.#step.restart();
        console.warn(
          `Trainer: memory does not suffice for ${Math.ceil((2 * rows) / this.cuts)} examples at a time; going on with ${Math.ceil(rows / this.cuts)}, their gradients added up`,
        );
      }
    }
  }

  async #cut(batches: readonly CountedBatch[]): Promise<readonly CountedBatch[]> {
    if (this.cuts === 1) return batches;
    const parts = batches.flatMap(({ batch }) => partsOf(batch, this.cuts));
    const counted: CountedBatch[] = [];
    for (const batch of parts) {
      counted.push({ batch, labels: await this.#parts.countLabels(batch) });
    }
    return counted;
  }
}

/** Examples of a batch. @throws TypeError unless all its tensors have as many rows */
function rowsOf(batch: Batch): number {
  const tensors = Object.entries(batch) as [string, Tensor][];
  const rows = tensors[0]?.[1].shape[0] ?? 0;
  const other = tensors.find(([, { shape }]) => shape[0] !== rows);
  if (other) {
    throw new TypeError(
      `Trainer: auto_find_batch_size cannot cut this batch: '${other[0]}' is [${other[1].shape.join(', ')}], and others have ${rows} rows`,
    );
  }
  return rows;
}

/** A batch in up to `cuts` parts of as many rows each, the last of fewer. */
function partsOf(batch: Batch, cuts: number): Batch[] {
  const rows = rowsOf(batch);
  const size = Math.ceil(rows / cuts);
  return Array.from({ length: Math.ceil(rows / size) }, (_, part) =>
    Object.fromEntries(
      Object.entries(batch).map(([name, tensor]) => [
        name,
        tensor!.slice([part * size, Math.min(rows, (part + 1) * size)]),
      ]),
    ),
  ) as Batch[];
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.name === 'OutOfMemoryError';
}
