import type { CoarseKernel, CoarseOperand, KernelBuffer } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { loadElement } from '../print/access.ts';
import { Shader } from '../print/shader.ts';
import { type WordOutput, wordOutput } from './pack.ts';
import { clampedKey, pairType } from './sort/pairs.ts';
import { sortRounds } from './sort/rounds.ts';
import { digits, product, retype, u32 } from './wgsl.ts';

const threads = 64;

/**
 * `out[r] = Σ updates[i] over indices[i] = r`, in the order of i and without atomics: indices are sorted, and
 * each output row finds its segment of them by binary search and adds up its updates, an invocation per
 * column. Rows without updates become 0.
 */
export function planScatterAdd(kernel: CoarseKernel, target: Target): KernelPlan {
  const [indices, updates] = kernel.inputs as [CoarseOperand, CoarseOperand];
  const out = kernel.outputs[0]!;
  const count = indices.shape[0]!;
  const size = out.shape[0]!;
  const width = product(out.shape.slice(1));
  if (size * width === 0) return nothing;
  const output = wordOutput(kernel, out, target);
  const operation: CoarseKernel = { ...kernel, buffers: output.buffers };
  const sorted =
    count === 0
      ? { steps: [], scratchBytes: [], pairs: undefined }
      : sortRounds({
          kernel: operation,
          input: indices,
          key: clampedKey(size),
          rows: 1,
          length: count,
          kept: count,
          positions: undefined,
          target,
        });
  const pairs: KernelBuffer = { dtype: 'u32', size: 2 * count, access: 'read' };
  const buffers = [...output.buffers, pairs, pairs];
  const problem = { updates, count, size, width, pairs: sorted.pairs };
  const sum = sumStep(`${kernel.name} (sums)`, buffers, problem, output, target);
  return {
    steps: [...sorted.steps, sum, ...output.packing],
    scratchBytes: [...output.scratchBytes, ...sorted.scratchBytes],
  };
}

interface Segments {
  readonly updates: CoarseOperand;
  readonly count: number;
  readonly size: number;
  readonly width: number;
  /** The buffer of sorted pairs (row, number of the update); none where there are no updates. */
  readonly pairs: number | undefined;
}

function sumStep(
  name: string,
  buffers: readonly KernelBuffer[],
  { updates, count, size, width, pairs }: Segments,
  { buffer, offset, type }: WordOutput,
  target: Target,
): KernelStep {
  const shader = new Shader(name, buffers);
  const across = Math.min(threads, 2 ** Math.ceil(Math.log2(width)));
  const down = threads / across;
  const stripes = Math.ceil(width / across);
  const blocks = Math.ceil(size / down);
  const workgroups = gridOf(stripes * blocks, target);
  const types = new Map<string, string>();
  let add = '';
  if (pairs !== undefined) {
    const sorted = shader.buffer(pairs);
    types.set(sorted, `array<${pairType}>`);
    shader.declare(`// The number of updates of rows before this one.
fn start(row: u32) -> u32 {
  var low = 0u;
  var high = ${u32(count)};
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (${sorted}[middle].x < row) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}`);
    const element = loadElement(shader, updates.buffer, 'at');
    add = `for (var i = start(row); i < ${u32(count)}; i++) {
  let pair = ${sorted}[i];
  if (pair.x != row) { break; }
  let at = i32(pair.y * ${u32(width)} + column) + ${updates.offset};
  sum += ${type}(${element});
}`;
  }
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
${digits('item', [blocks, stripes], ['block', 'stripe'])}
let row = block * ${u32(down)} + thread / ${u32(across)};
let column = stripe * ${u32(across)} + thread % ${u32(across)};
if (row >= ${u32(size)} || column >= ${u32(width)}) { return; }
var sum = ${type}(0);
${add}
${shader.buffer(buffer)}[${u32(offset)} + row * ${u32(width)} + column] = sum;`;
  return retype(shader.finish(body, threads, workgroups), types);
}
