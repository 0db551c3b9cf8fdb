import type { AttentionProblem, CoarseOperand } from '@llm/tensor/backend';
import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import type { BackwardStep } from './backward-step.ts';
import { declarePosition, declareScore, declareWeightAndSlope } from './score.ts';
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
 * dV = Pᵀ dO and dK = dSᵀ Q. A workgroup owns 32 keys of a key head and goes through the queries that see any
 * of them, of each head that reads it. Tiles have keys for rows and queries for columns. Workgroup memory:
 * `xTile`, `yTile`, and first Pᵀ, then dSᵀ as `weights`.
 */
export function keyGradientsStep(
  step: BackwardStep,
  dK: CoarseOperand,
  dV: CoarseOperand,
): KernelStep {
  const { name, problem, operands, buffers, removed, target } = step;
  const { q, k, v, batch, heads, queries, keyHeads, keys, headDim, valueDim } = problem;
  const { logSumExp, dOut } = operands;
  const shader = new Shader(name, buffers);
  const { rows, types } = declareRows(shader, { q, k, v, dOut });
  declareTiles(shader);
  declareScore(shader, problem);
  declareWeightAndSlope(shader, problem, logSumExp);
  const blocks = Math.ceil(keys / TILE);
  const count = batch * keyHeads * blocks;
  const workgroups = gridOf(count, target);
  const keyGradient = new WeightedSum('dK', headDim);
  const valueGradient = new WeightedSum('dV', valueDim);
  const group = heads / keyHeads;
  const body = `let number = group.x + group.y * ${u32(workgroups[0])};
if (number >= ${u32(count)}) { return; }
${digits('number', [batch, keyHeads, blocks], ['item', 'keyHead', 'block'])}
let key0 = block * ${u32(TILE)};
${declarePosition(shader, problem)}
${declareQueryRange(problem)}
let kBase = ${rows.k!.base('item', 'keyHead')};
let vBase = ${rows.v!.base('item', 'keyHead')};
${declareThread}
${keyGradient.declare()}
${valueGradient.declare()}
for (var head = keyHead * ${u32(group)}; head < (keyHead + 1u) * ${u32(group)}; head++) {
let qBase = ${rows.q!.base('item', 'head')};
let dOutBase = ${rows.dOut!.base('item', 'head')};
let firstLine = (item * ${u32(heads)} + head) * ${u32(queries)};
for (var row0 = firstQuery; row0 < endQuery; row0 += ${u32(TILE)}) {
${productOfRows(
  'product',
  { rows: rows.k!, base: 'kBase', first: 'key0' },
  { rows: rows.q!, base: 'qBase', first: 'row0' },
)}
${shareProduct('product')}
${eachElement(`element = weightAndSlope(element, item, head, row0 + column, key0 + row, position).x;`)}
${valueGradient.add({ rows: rows.dOut!, base: 'dOutBase', first: 'row0' })}
${productOfRows(
  'change',
  { rows: rows.v!, base: 'vBase', first: 'key0' },
  { rows: rows.dOut!, base: 'dOutBase', first: 'row0' },
)}
${shareProduct('product')}
${eachElement(`element = weightAndSlope(element, item, head, row0 + column, key0 + row, position).y;`)}
${[0, 1, 2, 3].map((j) => `let removed${j} = ${shader.buffer(removed)}[firstLine + min(row0 + threadColumn * 4u + ${j}u, ${u32(queries - 1)})];`).join('\n')}
// A weight of 0 is not enough where dP is NaN or infinite.
${ownElements((at, i, j) => `if (${at} != 0.0f) { ${at} *= change${i}[${j}] - removed${j}; }`)}
  workgroupBarrier();
${keyGradient.add({ rows: rows.q!, base: 'qBase', first: 'row0' })}
}
}
let ownKey = key0 + threadRow * 4u;
let ownHead = item * ${u32(keyHeads)} + keyHead;
${keyGradient.store(
  shader.buffer(dK.buffer),
  'ownKey',
  u32(keys),
  (row) => `${u32(dK.offset)} + (ownHead * ${u32(keys)} + ${row}) * ${u32(headDim)}`,
  () => '1.0f',
)}
${valueGradient.store(
  shader.buffer(dV.buffer),
  'ownKey',
  u32(keys),
  (row) => `${u32(dV.offset)} + (ownHead * ${u32(keys)} + ${row}) * ${u32(valueDim)}`,
  () => '1.0f',
)}`;
  return retype(shader.finish(body, THREADS, workgroups), types);
}

/**
 * Statements that declare `firstQuery` and `endQuery`, between which lie all queries that see any of the keys;
 * all queries, if one of them sees no key at all, since its weights are then uniform.
 */
function declareQueryRange({ attributes, queries, keys }: AttentionProblem): string {
  const { left, right } = attributes;
  const low = right === null ? '0' : `clamp(i32(key0) - ${right} - position, 0, ${queries})`;
  const high =
    left === null ? `${queries}` : `clamp(i32(key0) + ${TILE + left} - position, 0, ${queries})`;
  const blind = [
    ...(left === null ? [] : [`position + ${queries - 1 - left} >= ${keys}`]),
    ...(right === null ? [] : [`position + ${right} < 0`]),
  ];
  return `let blind = ${blind.length > 0 ? blind.join(' || ') : 'false'};
let firstQuery = u32(select(${low}, 0, blind));
let endQuery = u32(select(${high}, ${queries}, blind));`;
}
