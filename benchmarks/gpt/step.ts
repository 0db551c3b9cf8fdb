/**
 * What a GPT trainer of any library offers to the suites, and the contender made of one.
 *
 * @module
 */
import type { Contender } from '../harness/case.ts';
import type { GptConfig } from './config.ts';
import { uniform } from './weights.ts';

/** Token ids of one step: inputs and the tokens that follow them, both `[batch · context]`. */
export interface Batch {
  readonly inputs: Int32Array<ArrayBuffer>;
  readonly targets: Int32Array<ArrayBuffer>;
}

/** Outcome of one training step. */
export interface StepResult {
  /** Mean cross-entropy before the update, in nats per token. */
  readonly loss: number;
  /** From tokens in host memory to loss read back and weights updated. */
  readonly milliseconds: number;
}

/** A GPT with its AdamW state in one library. */
export interface GptTrainer {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  /** Forward, backward, clip, AdamW. */
  step(batch: Batch, learningRate: number): Promise<StepResult>;
  close(): Promise<void>;
}

/** A trainer that also tells the loss without training on it. */
export interface EvaluatingTrainer extends GptTrainer {
  /** Mean cross-entropy of a batch of any number of windows. */
  evaluate(batch: Batch): Promise<number>;
}

/** Random tokens, the same for every side and round. */
export function randomBatch(config: GptConfig, round: number): Batch {
  const next = uniform(1000 + round);
  const tokens = () =>
    Int32Array.from({ length: config.batch * config.context }, () =>
      Math.floor(next() * config.vocabulary),
    );
  return { inputs: tokens(), targets: tokens() };
}

/** Learning rate of the timed steps. */
const LEARNING_RATE = 1e-3;

/** A trainer as a contender: each round is a step on that round's batch, its result the loss. */
export function asContender(trainer: GptTrainer, config: GptConfig): Contender {
  let batch = randomBatch(config, 0);
  let loss = Number.NaN;
  return {
    name: trainer.name,
    version: trainer.version,
    threads: trainer.threads,
    async prepare(round) {
      batch = randomBatch(config, round);
    },
    async run() {
      const result = await trainer.step(batch, LEARNING_RATE);
      loss = result.loss;
      return result.milliseconds;
    },
    result: async () => [loss],
    close: () => trainer.close(),
  };
}
