import type { ComputeType, LoopKernel, Store } from '@llm/tensor/backend';
import { elementsPerWord } from './shader.ts';

/** A loop whose stores a thread can do, and loops that bring the rest to their place. */
export interface StorePlan {
  readonly kernel: LoopKernel;
  /** Neighbouring points that a thread computes: enough for whole words of every output. */
  readonly lanes: 1 | 2 | 4;
  /** Loops that pack 32-bit scratch into outputs of smaller elements. */
  readonly packing: readonly LoopKernel[];
  /** Bytes of scratch, whose buffers follow the kernel's. */
  readonly scratchBytes: readonly number[];
}

/**
 * WGSL has no stores of less than a word, and two threads must not share one. A store whose neighbours in
 * memory are not neighbours in the loop goes to scratch of 32-bit elements instead, which a second loop packs.
 *
 * @param fits whether one thread can do a store's words, if it computes this many neighbours
 */
export function planStores(
  kernel: LoopKernel,
  fits: (store: Store, lanes: number) => boolean,
): StorePlan {
  const perWord = (store: Store) => elementsPerWord(kernel.buffers[store.buffer]!.dtype);
  const lanes = kernel.stores.reduce<1 | 2 | 4>((most, store) => {
    const own = perWord(store);
    return own > most && fits(store, own) ? own : most;
  }, 1);
  const buffers = [...kernel.buffers];
  const packing: LoopKernel[] = [];
  const scratchBytes: number[] = [];
  const stores = kernel.stores.map((store): Store => {
    const own = perWord(store);
    if (own === 1 || (own <= lanes && fits(store, lanes))) return store;
    const { size } = kernel.buffers[store.buffer]!;
    const { type } = kernel.instructions[store.value]!;
    const dtype = type === 'bool' ? 'i32' : type;
    const scratch = buffers.push({ dtype, size, access: 'write' }) - 1;
    scratchBytes.push(4 * size);
    packing.push(packLoop({ ...kernel, buffers }, scratch, store.buffer, dtype));
    return { ...store, buffer: scratch };
  });
  return { kernel: { ...kernel, buffers, stores }, lanes, packing, scratchBytes };
}

function packLoop(
  { name, buffers }: LoopKernel,
  from: number,
  to: number,
  dtype: Exclude<ComputeType, 'bool'>,
): LoopKernel {
  const { size, dtype: packed } = buffers[to]!;
  return {
    kind: 'loop',
    name: `${name} (packing ${packed})`,
    buffers: buffers.map((buffer, i) => (i === from ? { ...buffer, access: 'read' } : buffer)),
    axes: [size],
    reduces: false,
    instructions: [{ op: 'load', access: { buffer: from, offset: 0, strides: [1] }, type: dtype }],
    stores: [{ value: 0, buffer: to, offset: 0, strides: [1] }],
  };
}
