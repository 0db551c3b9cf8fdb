/**
 * Row-wise functions over [16384, 1024] f32, 64 MiB in and 64 MiB out, beyond the caches: what matters is
 * memory traffic, so the bar is a plain copy of the same arrays by two threads. Timed until the result lies
 * complete in the library's memory; it is read back for the comparison after the clock has stopped, since
 * reading 64 MiB into a new JavaScript array takes longer than the work.
 *
 * @module
 */
import type { Case, Contender, Open } from '../../harness/case.ts';
import { openCopy } from '../../harness/copy.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS } from '../../ours/device.ts';
import { openOurRows } from '../../ours/operations.ts';
import { loadTfjs, TFJS, type Tf, type TfTensor } from '../../peers/tfjs.ts';
import { ROW_SHAPE, type RowFunction, rowOperands } from './operands.ts';

/** Bars: time of ours at most so many copies, and so many times tfjs-wasm's speed. */
const functions: readonly { name: RowFunction; copies: number; web: number }[] = [
  { name: 'softmax', copies: 1.5, web: 2 },
  { name: 'layer norm', copies: 1.5, web: 2 },
  { name: 'gelu', copies: 2, web: 2 },
];

/** One case per function. */
export const rowCases: readonly Case[] = functions.map(({ name, copies, web }) =>
  sideBySide({
    name: `${name} 16384×1024`,
    rounds: 15,
    tolerance: 1e-5,
    ours: async () => openOurRows(name, rowOperands()),
    peers: [
      {
        name: 'copy',
        open: () => openCopy(OUR_THREADS, rowOperands().x),
        bar: 1 / copies,
        bound: true,
      },
      { name: TFJS, open: openTfjsRows(name), bar: web },
    ],
  }),
);

function openTfjsRows(name: RowFunction): Open {
  return async (): Promise<Contender> => {
    const { tf, version, threads } = await loadTfjs();
    const { x, weight, bias } = rowOperands();
    const columns = ROW_SHAPE[1];
    const operands = {
      x: tf.tensor(x, [...ROW_SHAPE]),
      weight: tf.tensor(weight, [columns]),
      bias: tf.tensor(bias, [columns]),
    };
    let result: TfTensor | undefined;
    return {
      name: TFJS,
      version,
      threads,
      async prepare() {
        result?.dispose();
      },
      async run() {
        const start = performance.now();
        result = tf.tidy(() => apply(tf, name, operands)); // the backend computes within the call
        return performance.now() - start;
      },
      result: async () => result!.dataSync(),
      async close() {
        result?.dispose();
        for (const tensor of Object.values(operands)) tensor.dispose();
      },
    };
  };
}

function apply(
  tf: Tf,
  name: RowFunction,
  { x, weight, bias }: Record<'x' | 'weight' | 'bias', TfTensor>,
): TfTensor {
  switch (name) {
    case 'softmax':
      return tf.softmax(x);
    case 'layer norm': {
      const centered = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centered), -1, true);
      const normal = tf.mul(centered, tf.rsqrt(tf.add(variance, 1e-5)));
      return tf.add(tf.mul(normal, weight), bias);
    }
    case 'gelu':
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  }
}
