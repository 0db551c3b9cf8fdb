/**
 * The matrix product's microkernel alone: operands packed and in the cache, one thread. Twice its rate is
 * what two threads could reach if packing, memory and barriers cost nothing.
 *
 * @module
 */
import { planMatmul } from '../../packages/kernels-wasm/src/kernels/matmul.ts';
import { hasRelaxedSimd } from '../../packages/kernels-wasm/src/wasm/features.ts';
import type { Contender } from '../harness/case.ts';

/** Name of its rows. */
export const MICROKERNEL = 'microkernel in cache';

/** A (96 KiB), B (96 KiB) and C (36 KiB) stay in a second-level cache of 256 KiB. */
const SIZE = { m: 96, n: 96, k: 256 } as const;

/** Time of one sample; long enough for the clock, short enough to be a round. */
const SAMPLE_MILLISECONDS = 30;

/**
 * A bound for a product of `operations` floating-point operations on `threads` threads: its time at
 * the microkernel's own rate.
 */
export async function openMicrokernel(operations: number, threads: number): Promise<Contender> {
  const runOnce = prepareTile();
  const each = 2 * SIZE.m * SIZE.n * SIZE.k;
  return {
    name: MICROKERNEL,
    version: '',
    threads,
    async prepare() {
      runOnce();
    },
    async run() {
      let runs = 0;
      const start = performance.now();
      let end = start;
      for (; end - start < SAMPLE_MILLISECONDS; runs += 50) {
        for (let turn = 0; turn < 50; turn += 1) runOnce();
        end = performance.now();
      }
      const perMillisecond = (runs * each) / (end - start);
      return operations / (perMillisecond * threads);
    },
    result: async () => [],
    async close() {},
  };
}

/** The product's last step, the one that multiplies packed panels, over memory of its own. */
function prepareTile(): () => void {
  const { m, n, k } = SIZE;
  const plan = planMatmul(
    {
      m,
      n,
      k,
      a: { rowStride: k, colStride: 1, batchStrides: [] },
      b: { rowStride: n, colStride: 1, batchStrides: [] },
    },
    { relaxedSimd: hasRelaxedSimd(), sharedMemory: false },
  );
  const bytes = [m * k * 4, k * n * 4, m * n * 4, ...plan.scratchBytes];
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
  const words = new Uint32Array(memory.buffer);
  new Float32Array(memory.buffer).fill(1, 1024);
  const addresses: number[] = [];
  let next = 4096;
  for (const size of bytes) {
    addresses.push(next);
    next += Math.ceil(size / 64) * 64;
  }
  const { kernel, args } = plan.steps.at(-1)!;
  words.set(args.map((index) => addresses[index]!)); // the argument table, at address 0
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernel.bytes), {
    m: { m: memory },
  });
  const run = instance.exports.run as (args: number, begin: number, end: number) => void;
  return () => run(0, 0, kernel.chunks);
}
