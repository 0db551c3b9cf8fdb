/**
 * Attention of few queries to many keys, as in decoding: how rows and keys are cut, and what a chunk computes.
 *
 * @module
 */
import type { AttentionProblem } from '@llm/tensor/backend';
import type { Shader } from '../../print/shader.ts';
import { f32, u32 } from '../wgsl.ts';
import type { Rows } from './tiles.ts';

/** Invocations of a workgroup. */
export const CHUNK_THREADS = 64;
/** Keys of a workgroup's chunk: their weights lie in workgroup memory. */
const WORKGROUP_KEYS = 256;
/** Keys of a chunk that one invocation goes through. */
const INVOCATION_KEYS = 64;
/** Rows of a workgroup: queries of heads that share keys, which are read once for all of them. */
const MOST_ROWS = 4;
/** Below every score. */
export const LOWEST = f32(-3e38);

/** How a problem is cut into workgroups. */
export interface ChunkCut {
  /** Rows of a head of keys: its heads of queries times queries. */
  readonly rows: number;
  /** Rows of a workgroup. */
  readonly own: number;
  /** Workgroups for the rows of a head of keys. */
  readonly blocks: number;
  /** Keys of a chunk. */
  readonly keys: number;
  readonly chunks: number;
}

/** Cuts a problem, for workgroups that share chunks or for invocations that have chunks for themselves. */
export function cutOf(problem: AttentionProblem, isShared: boolean): ChunkCut {
  const rows = (problem.heads / problem.keyHeads) * problem.queries;
  const own = isShared ? Math.min(MOST_ROWS, rows) : 1;
  const keys = isShared ? WORKGROUP_KEYS : INVOCATION_KEYS;
  const chunks = Math.ceil(problem.keys / keys);
  return { rows, own, blocks: Math.ceil(rows / own), keys, chunks };
}

/** What a chunk gives of a row, for the statement that stores it. */
export interface ChunkResult {
  /** u32: the row's number among all rows of the output. */
  readonly line: string;
  /** u32: the first of four columns. */
  readonly column: string;
  /** vec4f: the weighted values, not divided yet. */
  readonly sum: string;
  /** f32: the sum of weights, and the largest score, which has weight 1. */
  readonly total: string;
  readonly largest: string;
}

/**
 * Statements of a workgroup for the keys from `first` to before `end`, which lie in chunk `chunk`; names in scope are `item`,
 * `keyHead`, `block` and `position`. An invocation scores a key for all rows, then weighs four columns of the values.
 *
 * Workgroup memory: `weights`, of each row and key; `singles`, `eighths` and `parts`, which add up invocations.
 */
export function chunkStatements(
  shader: Shader,
  problem: AttentionProblem,
  { q, k, v }: Readonly<Record<'q' | 'k' | 'v', Rows>>,
  store: (result: ChunkResult) => string,
): string {
  const { heads, keyHeads, queries, headDim, valueDim } = problem;
  const { rows, own, keys } = cutOf(problem, true);
  shader.declare(`var<workgroup> weights: array<f32, ${own * keys}>;
var<workgroup> singles: array<f32, ${own * CHUNK_THREADS}>;
var<workgroup> eighths: array<f32, ${own * 8}>;
var<workgroup> parts: array<vec4f, ${own * CHUNK_THREADS}>;`);
  const each = (line: (row: number) => string) =>
    Array.from({ length: own }, (_, row) => line(row)).join('\n');
  const quads = Math.ceil(valueDim / 4);
  const slices = Math.floor(CHUNK_THREADS / quads);
  const weight = (row: number) => `weights[${u32(row * keys)} + key - chunk * ${u32(keys)}]`;
  const single = (row: number) => `singles[${u32(row * CHUNK_THREADS)} + thread]`;
  return `let kBase = ${k.base('item', 'keyHead')};
let vBase = ${v.base('item', 'keyHead')};
${each(
  (row) => `let member${row} = min(block * ${u32(own)} + ${row}u, ${u32(rows - 1)});
let head${row} = keyHead * ${u32(heads / keyHeads)} + member${row} / ${u32(queries)};
let query${row} = member${row} % ${u32(queries)};
let qBase${row} = ${q.base('item', `head${row}`)};
var largest${row} = ${LOWEST};`,
)}
for (var key = first + thread; key < end; key += ${u32(CHUNK_THREADS)}) {
${each((row) => `  var product${row} = 0.0f;`)}
  for (var depth = 0u; depth < ${u32(headDim)}; depth += 4u) {
    let quad = ${k.name}Quad(kBase, key, depth);
${each((row) => `    product${row} += dot(${q.name}Quad(qBase${row}, query${row}, depth), quad);`)}
  }
${each(
  (
    row,
  ) => `  let score${row} = score(product${row}, item, head${row}, query${row}, key, position).x;
  largest${row} = max(largest${row}, score${row});
  ${weight(row)} = score${row};`,
)}
}
${each((row) => `${single(row)} = largest${row};`)}
workgroupBarrier();
if (thread < ${u32(own * 8)}) {
  var most = ${LOWEST};
  for (var i = 0u; i < 8u; i++) { most = max(most, singles[thread * 8u + i]); }
  eighths[thread] = most;
}
workgroupBarrier();
${each((row) => `for (var i = 0u; i < 8u; i++) { largest${row} = max(largest${row}, eighths[${row * 8}u + i]); }`)}
for (var key = first + thread; key < end; key += ${u32(CHUNK_THREADS)}) {
${each((row) => `  ${weight(row)} = exp(${weight(row)} - largest${row});`)}
}
workgroupBarrier();
let slice = thread / ${u32(quads)};
${each((row) => `var sum${row} = vec4f();\nvar total${row} = 0.0f;`)}
if (slice < ${u32(slices)}) {
  for (var key = first + slice; key < end; key += ${u32(slices)}) {
    let quad = ${v.name}Quad(vBase, key, (thread % ${u32(quads)}) * 4u);
${each((row) => `    { let weight = ${weight(row)}; sum${row} += weight * quad; total${row} += weight; }`)}
  }
}
${each((row) => `parts[${u32(row * CHUNK_THREADS)} + thread] = sum${row};\n${single(row)} = total${row};`)}
workgroupBarrier();
for (var i = thread; i < ${u32(own * quads)}; i += ${u32(CHUNK_THREADS)}) {
  let number = i / ${u32(quads)};
  let row = block * ${u32(own)} + number;
  let place = number * ${u32(CHUNK_THREADS)} + i % ${u32(quads)};
  var sum = vec4f();
  var total = 0.0f;
  for (var other = 0u; other < ${u32(slices)}; other++) {
    sum += parts[place + other * ${u32(quads)}];
    total += singles[place + other * ${u32(quads)}];
  }
  var largest = ${LOWEST};
  for (var other = 0u; other < 8u; other++) { largest = max(largest, eighths[number * 8u + other]); }
  let head = keyHead * ${u32(heads / keyHeads)} + row / ${u32(queries)};
  let line = (item * ${u32(heads)} + head) * ${u32(queries)} + row % ${u32(queries)};
  let column = (i % ${u32(quads)}) * 4u;
  if (row < ${u32(rows)}) {
    ${store({ line: 'line', column: 'column', sum: 'sum', total: 'total', largest: 'largest' })}
  }
}`;
}

/**
 * Statements of one invocation for the keys from `first` to before `end`, in a single pass that rescales its sums to
 * the largest score so far. For adapters that compute on the CPU: what is shared there costs barriers, and a shader
 * with many of them takes seconds to compile. Names in scope are `item`, `head`, `query` and `position`.
 */
export function serialStatements(
  { heads, keyHeads, queries, headDim, valueDim }: AttentionProblem,
  { q, k, v }: Readonly<Record<'q' | 'k' | 'v', Rows>>,
  store: (result: ChunkResult) => string,
): string {
  const each = (line: (quad: number) => string) =>
    Array.from({ length: Math.ceil(valueDim / 4) }, (_, quad) => line(quad)).join('\n');
  const result = { line: 'line', total: 'total', largest: 'largest' };
  return `let keyHead = head / ${u32(heads / keyHeads)};
let qBase = ${q.base('item', 'head')};
let kBase = ${k.base('item', 'keyHead')};
let vBase = ${v.base('item', 'keyHead')};
var largest = ${LOWEST};
var total = 0.0f;
${each((quad) => `var sum${quad} = vec4f();`)}
for (var key = first; key < end; key++) {
  var product = 0.0f;
  for (var depth = 0u; depth < ${u32(headDim)}; depth += 4u) {
    product += dot(${q.name}Quad(qBase, query, depth), ${k.name}Quad(kBase, key, depth));
  }
  let value = score(product, item, head, query, key, position).x;
  let now = max(largest, value);
  let factor = exp(largest - now);
  let weight = exp(value - now);
  largest = now;
  total = total * factor + weight;
${each((quad) => `  sum${quad} = sum${quad} * factor + weight * ${v.name}Quad(vBase, key, ${4 * quad}u);`)}
}
let line = (item * ${u32(heads)} + head) * ${u32(queries)} + query;
${each((quad) => store({ ...result, column: `${4 * quad}u`, sum: `sum${quad}` }))}`;
}
