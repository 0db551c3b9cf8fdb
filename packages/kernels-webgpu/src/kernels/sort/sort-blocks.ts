import type { CoarseOperand, KernelBuffer } from '@llm/tensor/backend';
import { gridOf, type KernelStep, type Target } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import { type DeclareKey, lastPair, pairBefore, pairType } from './pairs.ts';

/** Elements that a workgroup sorts: 8 KB of its memory. */
export const blockSize = 1024;

/** Rows of `length` to be sorted block by block. */
export interface SortBlocks {
  readonly name: string;
  readonly buffers: readonly KernelBuffer[];
  readonly rows: number;
  readonly length: number;
  /** Elements with the function that makes their keys, or pairs of the round before. */
  readonly from:
    | { readonly input: CoarseOperand; readonly key: DeclareKey }
    | { readonly pairs: number };
  /** How many of each block are kept, in order: all, or the first few. */
  readonly kept: number;
  /** Pairs for another round, or positions (i32) as the result. */
  readonly to: { readonly pairs: number } | { readonly positions: CoarseOperand };
  readonly target: Target;
}

/** Number of blocks of a row. */
export const blocksOf = (length: number): number => Math.ceil(length / blockSize);

/**
 * Sorts blocks of each row by a bitonic network (Batcher, 1968): a fixed sequence of comparisons at
 * distances that are powers of two, which all invocations do side by side.
 *
 * Workgroup memory: `pairs`, the block.
 */
export function sortBlocksStep(spec: SortBlocks): KernelStep {
  const { rows, length, from, kept, target } = spec;
  const shader = new Shader(spec.name, spec.buffers);
  const size = Math.max(2, Math.min(blockSize, 2 ** Math.ceil(Math.log2(length))));
  const threads = Math.min(256, size / 2);
  const blocks = blocksOf(length);
  const types = new Map<string, string>();
  const pairsOf = (buffer: number) => {
    const name = shader.buffer(buffer);
    types.set(name, `array<${pairType}>`);
    return name;
  };
  const before = shader.call(pairBefore);
  shader.declare(`var<workgroup> pairs: array<${pairType}, ${size}>;`);
  if ('input' in from) from.key(shader, from.input);
  const loaded =
    'input' in from ? 'vec2u(key(i32(base + at)), at)' : `${pairsOf(from.pairs)}[base + at]`;
  const workgroups = gridOf(rows * blocks, target);
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
if (item >= ${u32(rows * blocks)}) { return; }
${digits('item', [rows, blocks], ['row', 'block'])}
let base = row * ${u32(length)};
for (var i = thread; i < ${u32(size)}; i += ${u32(threads)}) {
  let at = block * ${u32(size)} + i;
  var pair = ${lastPair};
  if (at < ${u32(length)}) { pair = ${loaded}; }
  pairs[i] = pair;
}
workgroupBarrier();
for (var run = 2u; run <= ${u32(size)}; run <<= 1u) {
  for (var distance = run >> 1u; distance > 0u; distance >>= 1u) {
    for (var i = thread; i < ${u32(size / 2)}; i += ${u32(threads)}) {
      let low = 2u * i - (i & (distance - 1u));
      let high = low + distance;
      let first = pairs[low];
      let second = pairs[high];
      if (${before}(second, first) == ((low & run) == 0u)) {
        pairs[low] = second;
        pairs[high] = first;
      }
    }
    workgroupBarrier();
  }
}
for (var i = thread; i < ${u32(kept)}; i += ${u32(threads)}) {
  ${storeKept(spec, shader, pairsOf, { size, blocks })}
}`;
  return retype(shader.finish(body, threads, workgroups), types);
}

function storeKept(
  { to, kept, length }: SortBlocks,
  shader: Shader,
  pairsOf: (buffer: number) => string,
  { size, blocks }: { size: number; blocks: number },
): string {
  if ('positions' in to) {
    const { buffer, offset } = to.positions;
    return `${shader.buffer(buffer)}[${u32(offset)} + row * ${u32(kept)} + i] = i32(pairs[i].y);`;
  }
  const name = pairsOf(to.pairs);
  // Whole blocks are kept where they were; kept parts of blocks move together.
  if (kept < size) return `${name}[(row * ${u32(blocks)} + block) * ${u32(kept)} + i] = pairs[i];`;
  return `let at = block * ${u32(size)} + i;
  if (at < ${u32(length)}) { ${name}[base + at] = pairs[i]; }`;
}
