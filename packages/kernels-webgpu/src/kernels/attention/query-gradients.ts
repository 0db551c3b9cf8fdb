import type { CoarseOperand } from '@llm/tensor/backend';
import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import type { BackwardStep } from './backward-step.ts';
import { declareKeyRange, declarePosition, declareScore, declareWeightAndSlope } from './score.ts';
import {
  declareRows,
  declareThread,
  declareTiles,
  eachElement,
  ownElements,
  productOfRows,
  shareProduct,
  THREADS,
  TILE,
  WeightedSum,
} from './tiles.ts';

/**
 * dQ = dS K. A workgroup owns 32 queries of a head and goes through the keys that any of them sees. Workgroup
 * memory: `xTile`, `yTile`, and dS as `weights`.
 */
export function queryGradientsStep(step: BackwardStep, dQ: CoarseOperand): KernelStep {
  const { name, problem, operands, buffers, removed, target } = step;
  const { q, k, v, batch, heads, queries, keyHeads, headDim } = problem;
  const { logSumExp, dOut } = operands;
  const shader = new Shader(name, buffers);
  const { rows, types } = declareRows(shader, { q, k, v, dOut });
  declareTiles(shader);
  declareScore(shader, problem);
  declareWeightAndSlope(shader, problem, logSumExp);
  const blocks = Math.ceil(queries / TILE);
  const count = batch * heads * blocks;
  const workgroups = gridOf(count, target);
  const gradient = new WeightedSum('gradient', headDim);
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
let dOutBase = ${rows.dOut!.base('item', 'head')};
let firstLine = (item * ${u32(heads)} + head) * ${u32(queries)};
${declareThread}
${gradient.declare()}
for (var key0 = firstKey; key0 < endKey; key0 += ${u32(TILE)}) {
${productOfRows(
  'product',
  { rows: rows.q!, base: 'qBase', first: 'row0' },
  { rows: rows.k!, base: 'kBase', first: 'key0' },
)}
${shareProduct('product')}
${eachElement(`element = weightAndSlope(element, item, head, row0 + row, key0 + column, position).y;`)}
${productOfRows(
  'change',
  { rows: rows.dOut!, base: 'dOutBase', first: 'row0' },
  { rows: rows.v!, base: 'vBase', first: 'key0' },
)}
${[0, 1, 2, 3].map((i) => `let removed${i} = ${shader.buffer(removed)}[firstLine + min(row0 + threadRow * 4u + ${i}u, ${u32(queries - 1)})];`).join('\n')}
// A weight of 0 is not enough where dP is NaN or infinite.
${ownElements((at, i, j) => `if (${at} != 0.0f) { ${at} *= change${i}[${j}] - removed${i}; }`)}
  workgroupBarrier();
${gradient.add({ rows: rows.k!, base: 'kBase', first: 'key0' })}
}
let ownRow = row0 + threadRow * 4u;
${gradient.store(
  shader.buffer(dQ.buffer),
  'ownRow',
  u32(queries),
  (row) => `${u32(dQ.offset)} + (firstLine + ${row}) * ${u32(headDim)}`,
  () => '1.0f',
)}`;
  return retype(shader.finish(body, THREADS, workgroups), types);
}
