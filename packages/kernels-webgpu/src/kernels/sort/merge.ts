import type { CoarseOperand, KernelBuffer } from '@llm/tensor/backend';
import { gridOf, type KernelStep, type Target } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import { pairBefore, pairType } from './pairs.ts';

const threads = 64;

/** Rows of sorted runs to be merged two by two. */
export interface Merge {
  readonly name: string;
  readonly buffers: readonly KernelBuffer[];
  readonly rows: number;
  readonly length: number;
  /** Length of the runs; the last of a row may be shorter. */
  readonly run: number;
  readonly from: number;
  /** Pairs for another round, or the first `kept` positions (i32) as the result. */
  readonly to:
    | { readonly pairs: number }
    | { readonly positions: CoarseOperand; readonly kept: number };
  readonly target: Target;
}

/**
 * Merges runs two by two: an element's place is its place in its own run plus the number of elements of the
 * other run before it, which a binary search finds. Each invocation moves one element.
 */
export function mergeStep({
  name,
  buffers,
  rows,
  length,
  run,
  from,
  to,
  target,
}: Merge): KernelStep {
  const shader = new Shader(name, buffers);
  const source = shader.buffer(from);
  const types = new Map([[source, `array<${pairType}>`]]);
  const before = shader.call(pairBefore);
  const store = () => {
    if ('positions' in to) {
      const { buffer, offset } = to.positions;
      const at = `${u32(offset)} + row * ${u32(to.kept)} + place`;
      return `if (place < ${u32(to.kept)}) { ${shader.buffer(buffer)}[${at}] = i32(pair.y); }`;
    }
    const target = shader.buffer(to.pairs);
    types.set(target, `array<${pairType}>`);
    return `${target}[base + place] = pair;`;
  };
  const workgroups = gridOf(Math.ceil((rows * length) / threads), target);
  const body = `let item = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(threads)} + thread;
if (item >= ${u32(rows * length)}) { return; }
${digits('item', [rows, length], ['row', 'at'])}
let base = row * ${u32(length)};
let pair = ${source}[base + at];
let run = at / ${u32(run)};
let other = run ^ 1u;
var low = min(other * ${u32(run)}, ${u32(length)});
var high = min(low + ${u32(run)}, ${u32(length)});
let first = low;
while (low < high) {
  let middle = (low + high) >> 1u;
  if (${before}(${source}[base + middle], pair)) { low = middle + 1u; } else { high = middle; }
}
let place = (run & ~1u) * ${u32(run)} + (at - run * ${u32(run)}) + (low - first);
${store()}`;
  return retype(shader.finish(body, threads, workgroups), types);
}
