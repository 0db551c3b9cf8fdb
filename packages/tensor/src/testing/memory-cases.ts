import type { Backend } from '../backend/interface.ts';
import { scalar, tensor, zeros } from '../creation.ts';
import type { Tensor } from '../tensor.ts';
import { Variable } from '../variable.ts';

/** What a loop held while it ran. */
export interface LoopMemory {
  /** The most buffers after the first quarter, and after all steps. */
  readonly buffers: { readonly early: number; readonly late: number };
  /** The last loss. */
  readonly loss: number;
}

/**
 * Trains a line to three points, without compiling and without disposing of anything.
 *
 * @param each what else is done with each step's loss.
 */
export async function trainWithoutDispose(
  backend: Backend,
  steps: number,
  each: (loss: Tensor) => void | Promise<void>,
): Promise<LoopMemory> {
  const slope = new Variable(zeros([1]));
  const offset = new Variable(zeros([1]));
  const rate = scalar(0.05);
  const x = tensor([-1, 0, 2]);
  const y = tensor([-3, -1, 3]); // 2 x − 1
  let [early, late, last] = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    const loss = x.mul(slope).add(offset).sub(y).square().mean();
    loss.backward();
    for (const weight of [slope, offset]) {
      weight.assign(weight.sub(weight.grad!.mul(rate)));
      weight.zeroGrad();
    }
    await each(loss);
    last = await loss.item();
    const { buffers } = backend.memory();
    if (step < steps / 4) early = Math.max(early, buffers);
    late = Math.max(late, buffers);
  }
  return { buffers: { early, late }, loss: last };
}
