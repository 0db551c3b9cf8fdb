import type { AttentionProblem, CoarseOperand } from '@llm/tensor/backend';
import type { Kernel } from '../../kernel.ts';
import { expOfNonPositive } from '../../print/math/exp.ts';
import { log } from '../../print/math/log.ts';
import { f32, f32x4, i32, ModuleBuilder, type Target, v128 } from '../../wasm/index.ts';
import { keyRange, startOf } from './decode-parts.ts';
import { LOWEST } from './decode-row.ts';

/** Numbers that a chunk reads, about. */
const CHUNK_NUMBERS = 1 << 13;

/** What lies where. Block b's sums begin `sumBytes · b` after the first's, and its states `stateBytes · b`. */
export interface Parts {
  readonly problem: AttentionProblem;
  readonly out: CoarseOperand;
  readonly logSumExp: CoarseOperand;
  /** Keys of a block. */
  readonly blockKeys: number;
  /** Arguments that hold the sums, [block, batch, heads, queries, valueDim], and the states: pairs (maximum, sum of weights). */
  readonly sums: number;
  readonly states: number;
  readonly sumBytes: number;
  readonly stateBytes: number;
}

/**
 * The kernel that puts the blocks of each row together: each is rescaled to the row's largest score. Blocks that no
 * query sees hold nothing and are passed over.
 */
export function mergeChunks(key: string, parts: Parts, target: Target): Kernel {
  const { problem, out, logSumExp, blockKeys, sumBytes, stateBytes } = parts;
  const { batch, heads, queries, keys, valueDim } = problem;
  const lines = batch * heads * queries;
  const blocks = Math.ceil(keys / blockKeys);
  const perChunk = Math.max(1, Math.floor(CHUNK_NUMBERS / (blocks * valueDim)));
  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const range = keyRange(f, problem, args);
    const firstBlock = f.let(i32.divU(range.first, blockKeys));
    const endBlock = f.let(i32.divU(i32.add(range.end, blockKeys - 1), blockKeys));
    const last = f.let(i32.minU(i32.const(lines), i32.mul(end, perChunk)));
    f.for(f.let(i32.mul(begin, perChunk)), last, 1, (line) => {
      const stateOf = f.let(i32.add(i32.load(args, parts.states * 4), i32.mul(line, 8)));
      const state = f.let(i32.add(stateOf, i32.mul(firstBlock, stateBytes)));
      const largest = f.let(f32.const(LOWEST));
      f.for(firstBlock, endBlock, 1, () => {
        f.set(largest, f32.max(largest, f32.load(state)));
        f.increment(state, stateBytes);
      });
      const total = f.let(f32x4.splat(0));
      const row = f.let(i32.add(startOf(args, out), i32.mul(line, valueDim * 4)));
      f.for(0, valueDim * 4, 16, (byte) => f.emit(v128.store(i32.add(row, byte), f32x4.splat(0))));
      f.set(state, i32.add(stateOf, i32.mul(firstBlock, stateBytes)));
      const sums = f.let(
        i32.add(
          i32.add(i32.load(args, parts.sums * 4), i32.mul(line, valueDim * 4)),
          i32.mul(firstBlock, sumBytes),
        ),
      );
      f.for(firstBlock, endBlock, 1, () => {
        const factor = expOfNonPositive(f, f32x4.splat(f32.sub(f32.load(state), largest)));
        f.set(total, f.multiplyAdd(factor, v128.load32Splat(state, 4), total));
        f.for(0, valueDim * 4, 16, (byte) => {
          const address = f.let(i32.add(row, byte));
          const sum = v128.load(i32.add(sums, byte));
          f.emit(v128.store(address, f.multiplyAdd(factor, sum, v128.load(address))));
        });
        f.increment(state, stateBytes);
        f.increment(sums, sumBytes);
      });
      const inverse = f.let(f32x4.div(f32x4.splat(1), total));
      f.for(0, valueDim * 4, 16, (byte) => {
        const address = f.let(i32.add(row, byte));
        f.emit(v128.store(address, f32x4.mul(v128.load(address), inverse)));
      });
      const result = f32.add(largest, f32x4.extractLane(log(f, total), 0));
      f.emit(f32.store(i32.add(startOf(args, logSumExp), i32.mul(line, 4)), result));
    });
  });
  return { key, bytes: module.finish(), chunks: Math.ceil(lines / perChunk) };
}
