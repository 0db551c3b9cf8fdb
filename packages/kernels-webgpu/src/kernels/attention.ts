import { attentionProblem, type CoarseKernel, type CoarseOperand } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, nothing, type Target } from '../kernel.ts';
import { Shader } from '../print/shader.ts';
import { declareKeyRange, declarePosition, declareScore } from './attention/score.ts';
import {
  declareRows,
  declareThread,
  declareTiles,
  eachElement,
  productOfRows,
  shareProduct,
  THREADS,
  TILE,
  WeightedSum,
  weightAt,
} from './attention/tiles.ts';
import { wordOutput } from './pack.ts';
import { digits, f32, retype, u32 } from './wgsl.ts';

/** Below every score: keys that do not exist, and the maximum before the first key. */
const LOWEST = f32(-3e38);

/**
 * Attention forward, by tiles, without ever holding queries × keys scores: after each tile of keys the
 * output so far is rescaled to the new maximum (Dao et al., FlashAttention, 2022). A workgroup owns 32
 * queries of one head and goes through the keys that any of them sees, 32 at a time: scores by 4 × 4 in each
 * invocation's registers, weights in workgroup memory, output in registers.
 *
 * Workgroup memory: `xTile` and `yTile`, 32 elements of 32 queries, keys or values; `weights`, 32 × 32;
 * `halves` and `factors`, what the softmax passes from row to row.
 *
 * Outputs: [batch, heads, queries, valueDim], and the log-sum-exp [batch, heads, queries].
 */
export function planAttention(kernel: CoarseKernel, target: Target): KernelPlan {
  const problem = attentionProblem(kernel);
  const { q, k, v, batch, heads, queries, keyHeads, keys, valueDim } = problem;
  const [out, logSumExp] = kernel.outputs as [CoarseOperand, CoarseOperand];
  if (batch * heads * queries === 0) return nothing;
  const output = wordOutput(kernel, out, target);
  const shader = new Shader(kernel.name, output.buffers);
  const { rows, types } = declareRows(shader, { q, k, v });
  declareTiles(shader);
  shader.declare(`var<workgroup> halves: array<f32, ${THREADS}>;
var<workgroup> factors: array<f32, ${TILE}>;`);
  declareScore(shader, problem);
  const blocks = Math.ceil(queries / TILE);
  const count = batch * heads * blocks;
  const workgroups = gridOf(count, target);
  const mixed = new WeightedSum('mixed', valueDim);
  const line = (row: string) => `((item * ${u32(heads)} + head) * ${u32(queries)} + ${row})`;
  const body = `let number = group.x + group.y * ${u32(workgroups[0])};
if (number >= ${u32(count)}) { return; }
${digits('number', [batch, heads, blocks], ['item', 'head', 'block'])}
let keyHead = head / ${u32(heads / keyHeads)};
let row0 = block * ${u32(TILE)};
${declarePosition(shader, problem)}
${declareKeyRange(problem, TILE)}
let qBase = ${rows.q!.base('item', 'head')};
let kBase = ${rows.k!.base('item', 'keyHead')};
let vBase = ${rows.v!.base('item', 'keyHead')};
${declareThread}
// The softmax's share of an invocation: half a row.
let line = thread >> 1u;
let half = (thread & 1u) * ${u32(TILE / 2)};
var largest = ${LOWEST};
var total = 0.0f;
${mixed.declare()}
for (var key0 = firstKey; key0 < endKey; key0 += ${u32(TILE)}) {
${productOfRows(
  'product',
  { rows: rows.q!, base: 'qBase', first: 'row0' },
  { rows: rows.k!, base: 'kBase', first: 'key0' },
)}
${shareProduct('product')}
${eachElement(`let key = key0 + column;
  let query = min(row0 + row, ${u32(queries - 1)});
  element = select(${LOWEST}, score(element, item, head, query, key, position).x, key < ${u32(keys)});`)}
  var most = ${LOWEST};
  for (var i = 0u; i < ${u32(TILE / 2)}; i++) { most = max(most, ${weightAt('line', 'half + i')}); }
  halves[thread] = most;
  workgroupBarrier();
  let now = max(largest, max(halves[thread & ~1u], halves[thread | 1u]));
  workgroupBarrier();
  var sum = 0.0f;
  for (var i = 0u; i < ${u32(TILE / 2)}; i++) {
    let weight = exp(${weightAt('line', 'half + i')} - now);
    ${weightAt('line', 'half + i')} = weight;
    sum += weight;
  }
  halves[thread] = sum;
  let factor = exp(largest - now);
  factors[line] = factor;
  workgroupBarrier();
  total = total * factor + (halves[thread & ~1u] + halves[thread | 1u]);
  largest = now;
${mixed.all((row, _, sum) => `  ${sum} *= factors[threadRow * 4u + ${row}u];`)}
${mixed.add({ rows: rows.v!, base: 'vBase', first: 'key0' })}
}
factors[line] = 1.0f / total;
workgroupBarrier();
if ((thread & 1u) == 0u && row0 + line < ${u32(queries)}) {
  ${shader.buffer(logSumExp.buffer)}[${u32(logSumExp.offset)} + ${line('row0 + line')}] = largest + log(total);
}
let ownRow = row0 + threadRow * 4u;
${mixed.store(
  shader.buffer(output.buffer),
  'ownRow',
  u32(queries),
  (row) => `${u32(output.offset)} + ${line(row)} * ${u32(valueDim)}`,
  (row) => `factors[threadRow * 4u + ${row}u]`,
)}`;
  const step = retype(shader.finish(body, THREADS, workgroups), types);
  return { steps: [step, ...output.packing], scratchBytes: output.scratchBytes };
}
