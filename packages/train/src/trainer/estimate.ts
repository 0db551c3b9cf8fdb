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
import type { LossScaler } from './loss-scaler.ts';
import type { Objective } from './objective.ts';
import { TrainingStep } from './training-step.ts';

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
  /** Bytes of weights, gradients and optimizer state. */
  readonly state_bytes: number;
  /**
   * Bytes on the device at most: weights, optimizer state, a batch, and what the compiled step keeps meanwhile, for
   * the shapes of one batch. Longer batches take more; so does what a device holds besides this training.
   */
  readonly peak_bytes: number;
}

/** Measures one batch, which changes nothing, and multiplies. */
export async function estimateRun(
  parts: {
    readonly model: Module;
    readonly objective: Objective;
    readonly optimizer: Optimizer;
    readonly generator: Generator;
    readonly scaler?: LossScaler | undefined;
  },
  batch: Batch,
  run: { readonly steps: number; readonly batchesPerStep: number },
): Promise<TrainingEstimate> {
  const { model, objective, optimizer, generator } = parts;
  const batches = run.steps * run.batchesPerStep;
  const trainable = model.parameters().filter((parameter) => parameter.trainable);
  const seconds = await timeBatch(model, objective, batch, generator);
  const sizes = (list: Iterable<{ readonly size: number }>) =>
    Array.from(list).reduce((sum, { size }) => sum + size, 0);
  const state = sizes(Object.values(optimizer.stateDict()));
  const items = batch.input_ids?.size ?? Object.values(batch)[0]?.shape[0] ?? 1;
  return {
    steps: run.steps,
    trainable_parameters: sizes(trainable),
    flops: 6 * sizes(multiplied(model)) * items * batches,
    minutes: (seconds * batches) / 60,
    state_bytes: 4 * (sizes(model.parameters()) + sizes(trainable) + state),
    peak_bytes: await peakBytes(parts, batch, run.batchesPerStep),
  };
}

/** From the plan of a step, which is compiled and not run. */
async function peakBytes(
  { model, objective, optimizer, generator, scaler }: Parameters<typeof estimateRun>[0],
  batch: Batch,
  batchesPerStep: number,
): Promise<number> {
  const { position } = generator;
  const wasTraining = model.training;
  model.train();
  const step = new TrainingStep(model, objective, optimizer, scaler);
  try {
    const planned = await step.plannedBytes(batch, batchesPerStep);
    const kept = [
      ...new Set(Array.from(model.namedVariables(), ([, variable]) => variable)),
      ...Object.values(optimizer.stateDict()),
      ...Object.values(batch),
    ];
    return kept.reduce((sum, tensor) => sum + (tensor?.byteLength ?? 0), planned);
  } finally {
    step.dispose();
    model.train(wasTraining);
    generator.position = position;
  }
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
