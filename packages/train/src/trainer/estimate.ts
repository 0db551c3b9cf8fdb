import {
  backward,
  compile,
  Embedding,
  type Generator,
  type Module,
  type Tensor,
  type Variable,
} from '@llm/nn';
import type { Batch } from '../collators/collator.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Objective } from './objective.ts';

/** What a run will take, found out before it starts. */
export interface TrainingEstimate {
  /** Updates of the whole run. */
  readonly steps: number;
  /** Numbers that are trained. */
  readonly trainable_parameters: number;
  /**
   * Floating-point operations of the whole run: six for each token and each weight that multiplies it, as is usual;
   * the products inside attention are not counted.
   */
  readonly flops: number;
  /** By the time that one batch took here, forward and backward. */
  readonly minutes: number;
  /** Bytes of weights, gradients and optimizer state; what layers keep for the backward pass comes on top. */
  readonly state_bytes: number;
}

/** Measures one batch, which changes nothing, and multiplies. @param batches in the whole run */
export async function estimateRun(
  parts: {
    readonly model: Module;
    readonly objective: Objective;
    readonly optimizer: Optimizer;
    readonly generator: Generator;
  },
  batch: Batch,
  run: { readonly steps: number; readonly batches: number },
): Promise<TrainingEstimate> {
  const { model, objective, optimizer, generator } = parts;
  const trainable = model.parameters().filter((parameter) => parameter.trainable);
  const seconds = await timeBatch(model, objective, batch, generator);
  const sizes = (list: Iterable<{ readonly size: number }>) =>
    Array.from(list).reduce((sum, { size }) => sum + size, 0);
  const state = sizes(Object.values(optimizer.stateDict()));
  const items = batch.input_ids?.size ?? Object.values(batch)[0]?.shape[0] ?? 1;
  return {
    steps: run.steps,
    trainable_parameters: sizes(trainable),
    flops: 6 * sizes(multiplied(model)) * items * run.batches,
    minutes: (seconds * run.batches) / 60,
    state_bytes: 4 * (sizes(model.parameters()) + sizes(trainable) + state),
  };
}

/** Weights that multiply each token: matrices, but not tables that rows are taken from. */
function multiplied(model: Module): Variable[] {
  const tables = new Set<Variable>();
  const users = new Map<Variable, number>();
  for (const [, variable] of model.namedVariables()) {
    users.set(variable, (users.get(variable) ?? 0) + 1);
  }
  for (const [, module] of model.namedModules()) {
    if (module instanceof Embedding) for (const table of module.parameters()) tables.add(table);
  }
  // A table that is the output layer too multiplies.
  return model
    .parameters()
    .filter((weight) => weight.rank > 1 && (!tables.has(weight) || users.get(weight)! > 1));
}

async function timeBatch(
  model: Module,
  objective: Objective,
  batch: Batch,
  generator: Generator,
): Promise<number> {
  const { position } = generator;
  const wasTraining = model.training;
  model.train();
  const step = compile((inputs: Batch): { loss: Tensor; gradients: Tensor[] } => {
    const { loss } = objective.run(inputs);
    if (!loss) throw new TypeError('Trainer: the model gives no loss to estimate with');
    backward(loss);
    const gradients = model.parameters().flatMap(({ grad }) => grad ?? []);
    model.zeroGrad();
    return { loss, gradients };
  });
  try {
    await (await step(batch)).loss.item(); // compiles
    const start = performance.now();
    await (await step(batch)).loss.item();
    return (performance.now() - start) / 1000;
  } finally {
    step.dispose();
    model.train(wasTraining);
    generator.position = position;
  }
}
