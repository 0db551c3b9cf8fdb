import type { CoarseKernel, CoarseOperand, KernelBuffer } from '@llm/tensor/backend';
import type { KernelStep, Target } from '../../kernel.ts';
import { mergeStep } from './merge.ts';
import type { DeclareKey } from './pairs.ts';
import { blockSize, blocksOf, sortBlocksStep } from './sort-blocks.ts';

/** Up to this many kept of each block, rounds of blocks are quicker than sorting everything. */
const MOST_KEPT = blockSize / 4;

/** Rows to be sorted. */
export interface Sorting {
  readonly kernel: CoarseKernel;
  readonly input: CoarseOperand;
  readonly key: DeclareKey;
  readonly rows: number;
  readonly length: number;
  /** How many of each row are wanted. */
  readonly kept: number;
  /** Where the positions go; without it the sorted pairs stay in scratch. */
  readonly positions: CoarseOperand | undefined;
  readonly target: Target;
}

/** The steps of a sort, and its scratch: at most two buffers of pairs, after the operation's own buffers. */
export interface SortRounds {
  readonly steps: readonly KernelStep[];
  readonly scratchBytes: readonly number[];
  /** The buffer that holds the sorted pairs, if they stay in scratch. */
  readonly pairs: number;
}

/**
 * Sorts rows of any length: blocks in workgroup memory, then merges of runs, each twice as long as before.
 * Where few are wanted, the first of each block go into another round of blocks instead.
 */
export function sortRounds(sorting: Sorting): SortRounds {
  return sorting.kept <= MOST_KEPT && sorting.positions ? keepFirst(sorting) : mergeAll(sorting);
}

function keepFirst({
  kernel,
  input,
  key,
  rows,
  length,
  kept,
  positions,
  target,
}: Sorting): SortRounds {
  const pairs = pairBuffers(kernel, rows * kept * blocksOf(length));
  const steps: KernelStep[] = [];
  let from: Parameters<typeof sortBlocksStep>[0]['from'] = { input, key };
  let rest = length;
  for (let round = 0; ; round++) {
    const blocks = blocksOf(rest);
    const last = blocks === 1;
    steps.push(
      sortBlocksStep({
        name: `${kernel.name} (round ${round + 1})`,
        buffers: pairs.buffers(round % 2),
        rows,
        length: rest,
        from,
        kept,
        to: last ? { positions: positions! } : { pairs: pairs.of(round % 2) },
        target,
      }),
    );
    if (last) return { steps, scratchBytes: pairs.bytes(Math.min(round, 2)), pairs: -1 };
    from = { pairs: pairs.of(round % 2) };
    rest = blocks * kept;
  }
}

function mergeAll({
  kernel,
  input,
  key,
  rows,
  length,
  kept,
  positions,
  target,
}: Sorting): SortRounds {
  const pairs = pairBuffers(kernel, rows * length);
  const merges = Math.max(0, Math.ceil(Math.log2(length / blockSize)));
  const destination = (round: number) => ({ pairs: pairs.of(round % 2) });
  const steps = [
    sortBlocksStep({
      name: `${kernel.name} (blocks)`,
      buffers: pairs.buffers(0),
      rows,
      length,
      from: { input, key },
      kept:
        merges === 0 && positions ? kept : Math.min(blockSize, 2 ** Math.ceil(Math.log2(length))),
      to: merges === 0 && positions ? { positions } : destination(0),
      target,
    }),
  ];
  for (let round = 1; round <= merges; round++) {
    const last = round === merges && positions !== undefined;
    steps.push(
      mergeStep({
        name: `${kernel.name} (merge ${round})`,
        buffers: pairs.buffers(round % 2),
        rows,
        length,
        run: blockSize * 2 ** (round - 1),
        from: pairs.of((round - 1) % 2),
        to: last ? { positions, kept } : destination(round),
        target,
      }),
    );
  }
  const written = positions ? merges : merges + 1;
  return { steps, scratchBytes: pairs.bytes(Math.min(written, 2)), pairs: pairs.of(merges % 2) };
}

/** Two buffers of pairs in scratch, written in turn. */
function pairBuffers({ buffers }: CoarseKernel, count: number) {
  const size = 2 * count;
  return {
    of: (which: number) => buffers.length + which,
    /** With one of the two to be written, the other to be read. */
    buffers: (written: number): readonly KernelBuffer[] => [
      ...buffers,
      ...[0, 1].map(
        (which): KernelBuffer => ({
          dtype: 'u32',
          size,
          access: which === written ? 'write' : 'read',
        }),
      ),
    ],
    bytes: (used: number) => new Array<number>(used).fill(4 * size),
  };
}
