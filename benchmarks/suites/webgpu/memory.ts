/**
 * Work that is limited by memory traffic, against the adapter's own copy of as many bytes moved: a copy reads
 * and writes, so it copies half of what the other side reads.
 *
 * @module
 */

import { requestDevice } from '@llm/kernels-webgpu';
import { realize, tensor } from '@llm/tensor';
import { normals, uniform } from '../../gpt/weights.ts';
import type { Case, Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { ourVersion } from '../../ours/device.ts';
import { useWebGpu } from './device.ts';

const SIDE = 2048;
const MATRIX_BYTES = 4 * SIDE * SIDE;

/** Bars: at least this share of the copy's rate. */
export const memoryCases: readonly Case[] = [
  sideBySide({
    name: `matrix-vector ${SIDE}²`,
    tolerance: 1e-5,
    ours: openMatrixVector,
    peers: [{ name: 'copy', open: () => openCopy(MATRIX_BYTES), bar: 0.7, bound: true }],
  }),
  sideBySide({
    name: `multiply by a number, ${SIDE}²`,
    tolerance: 1e-5,
    ours: openScale,
    peers: [{ name: 'copy', open: () => openCopy(2 * MATRIX_BYTES), bar: 0.8, bound: true }],
  }),
];

/** A vector times a matrix in the layout of a linear layer's weight, [out, in]. */
async function openMatrixVector(): Promise<Contender> {
  useWebGpu();
  const next = uniform(3);
  const weight = tensor(normals(SIDE * SIDE, 1, next), [SIDE, SIDE]);
  const vector = tensor(normals(SIDE, 1, next), [1, SIDE]);
  await realize(weight, vector);
  return timed(() => vector.matmul(weight.transpose(0, 1)));
}

async function openScale(): Promise<Contender> {
  useWebGpu();
  const values = tensor(normals(SIDE * SIDE, 1, uniform(4)), [SIDE, SIDE]);
  await realize(values);
  return timed(() => values.mul(1.5));
}

/** Timed until the result lies complete on the device. */
function timed(compute: () => ReturnType<typeof tensor>): Contender {
  let result: ReturnType<typeof tensor> | undefined;
  return {
    name: 'ours',
    version: ourVersion(),
    threads: 1,
    async prepare() {
      result?.dispose();
    },
    async run() {
      const start = performance.now();
      result = await compute().realize();
      return performance.now() - start;
    },
    result: () => result!.data(),
    async close() {
      result?.dispose();
    },
  };
}

/** A copy that moves `traffic` bytes: half of them read, half written. */
async function openCopy(traffic: number): Promise<Contender> {
  useWebGpu();
  const device = await requestDevice();
  const native = device.native as GPUDevice;
  const size = traffic / 2;
  const usage = 0x4 | 0x8; // copy source, copy target
  const [from, to] = [0, 1].map(() => native.createBuffer({ size, usage })) as [
    GPUBuffer,
    GPUBuffer,
  ];
  return {
    name: 'copy',
    version: '',
    threads: 1,
    async prepare() {},
    async run() {
      const start = performance.now();
      const encoder = native.createCommandEncoder();
      encoder.copyBufferToBuffer(from, 0, to, 0, size);
      native.queue.submit([encoder.finish()]);
      await native.queue.onSubmittedWorkDone();
      return performance.now() - start;
    },
    result: async () => [],
    close: async () => device.destroy(),
  };
}
