import {
  type AttentionProblem,
  attentionProblem,
  type CoarseKernel,
  type CoarseOperand,
  type KernelBuffer,
} from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { Shader } from '../print/shader.ts';
import {
  CHUNK_THREADS,
  type ChunkResult,
  chunkStatements,
  cutOf,
  LOWEST,
  serialStatements,
} from './attention/chunks.ts';
import { declareKeyRange, declarePosition, declareScore } from './attention/score.ts';
import { declareRows } from './attention/tiles.ts';
import { computesOnCpu } from './matmul/choose.ts';
import { type WordOutput, wordOutput } from './pack.ts';
import { digits, retype, u32 } from './wgsl.ts';

/**
 * Attention of few queries, above all of the one that decoding has: the keys are cut into chunks with workgroups of
 * their own, so that a long cache keeps a device busy, and what they give is put together by the log-sum-exp (Dao et
 * al., Flash-Decoding, 2023). A cache of one chunk needs no second kernel. Chunks that no query sees end at once, so
 * the time follows the position, not the cache's capacity.
 *
 * Outputs: [batch, heads, queries, valueDim], and the log-sum-exp [batch, heads, queries]. Scratch of several chunks:
 * for each row of the output and chunk, the weighted values, the largest score, and the sum of weights.
 */
export function planAttentionDecode(kernel: CoarseKernel, target: Target): KernelPlan {
  const problem = attentionProblem(kernel);
  const { batch, heads, queries, valueDim } = problem;
  const [out, logSumExp] = kernel.outputs as [CoarseOperand, CoarseOperand];
  if (batch * heads * queries === 0) return nothing;
  const output = wordOutput(kernel, out, target);
  const { chunks } = cutOf(problem, !computesOnCpu(target));
  if (chunks === 1) {
    const shader = new Shader(kernel.name, output.buffers);
    const name = shader.buffer(output.buffer);
    const sumName = shader.buffer(logSumExp.buffer);
    const step = chunkStep(shader, problem, target, ({ line, column, sum, total, largest }) => {
      const at = `${u32(output.offset)} + ${line} * ${u32(valueDim)} + ${column}`;
      return `${storeQuad(name, at, column, `${sum} / ${total}`, valueDim)}
    if (${column} == 0u) { ${sumName}[${u32(logSumExp.offset)} + ${line}] = ${largest} + log(${total}); }`;
    });
    return { steps: [step, ...output.packing], scratchBytes: output.scratchBytes };
  }
  const width = valueDim + 2;
  const size = batch * heads * queries * chunks * width;
  const scratch = output.buffers.length;
  const withScratch = (access: KernelBuffer['access']): readonly KernelBuffer[] => [
    ...output.buffers,
    { dtype: 'f32', size, access },
  ];
  const shader = new Shader(kernel.name, withScratch('write'));
  const name = shader.buffer(scratch);
  const step = chunkStep(shader, problem, target, ({ line, column, sum, total, largest }) => {
    const start = `(${line} * ${u32(chunks)} + chunk) * ${u32(width)}`;
    return `{ let start = ${start};
    ${storeQuad(name, `start + ${column}`, column, sum, valueDim)}
    if (${column} == 0u) {
      ${name}[start + ${u32(valueDim)}] = ${largest};
      ${name}[start + ${u32(valueDim + 1)}] = ${total};
    } }`;
  });
  const merge = mergeStep(kernel.name, problem, target, {
    ...{ output, logSumExp, scratch, buffers: withScratch('read') },
  });
  return {
    steps: [step, merge, ...output.packing],
    scratchBytes: [...output.scratchBytes, 4 * size],
  };
}

function storeQuad(
  buffer: string,
  at: string,
  column: string,
  value: string,
  size: number,
): string {
  const lanes = [0, 1, 2, 3].map((lane) => {
    const statement = `${buffer}[at + ${lane}u] = value[${lane}];`;
    if (size % 4 === 0 || lane === 0) return statement;
    return `if (${column} + ${lane}u < ${u32(size)}) { ${statement} }`;
  });
  return `{ let at = ${at}; let value = ${value}; ${lanes.join(' ')} }`;
}

/** Declares `firstKey` and `endKey` for all queries together: few queries see almost the same keys. */
const keyRange = (shader: Shader, problem: AttentionProblem) => `${declarePosition(shader, problem)}
let row0 = 0u;
${declareKeyRange(problem, problem.queries)}`;

function chunkStep(
  shader: Shader,
  problem: AttentionProblem,
  target: Target,
  store: (result: ChunkResult) => string,
): KernelStep {
  const { q, k, v, batch, heads, keyHeads, queries } = problem;
  const isShared = !computesOnCpu(target);
  const { blocks, chunks, keys } = cutOf(problem, isShared);
  const { rows, types } = declareRows(shader, { q, k, v });
  declareScore(shader, problem);
  const named = rows as Record<'q' | 'k' | 'v', (typeof rows)[string]>;
  const range = `${keyRange(shader, problem)}
let first = max(firstKey, chunk * ${u32(keys)});
let end = min(endKey, (chunk + 1u) * ${u32(keys)});
if (first >= end) { return; }`;
  if (!isShared) {
    const count = batch * heads * queries * chunks;
    const workgroups = gridOf(Math.ceil(count / CHUNK_THREADS), target);
    const body = `let i = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(CHUNK_THREADS)} + thread;
if (i >= ${u32(count)}) { return; }
${digits('i', [batch, heads, queries, chunks], ['item', 'head', 'query', 'chunk'])}
${range}
${serialStatements(problem, named, store)}`;
    return retype(shader.finish(body, CHUNK_THREADS, workgroups), types);
  }
  const count = batch * keyHeads * blocks * chunks;
  const workgroups = gridOf(count, target);
  const body = `let number = group.x + group.y * ${u32(workgroups[0])};
if (number >= ${u32(count)}) { return; }
${digits('number', [batch, keyHeads, blocks, chunks], ['item', 'keyHead', 'block', 'chunk'])}
${range}
${chunkStatements(shader, problem, named, store)}`;
  return retype(shader.finish(body, CHUNK_THREADS, workgroups), types);
}

/** Puts the chunks of a row together, an invocation for each element of the output. */
function mergeStep(
  name: string,
  problem: AttentionProblem,
  target: Target,
  parts: {
    readonly output: WordOutput;
    readonly logSumExp: CoarseOperand;
    readonly scratch: number;
    readonly buffers: readonly KernelBuffer[];
  },
): KernelStep {
  const { batch, heads, queries, valueDim } = problem;
  const { output, logSumExp, scratch, buffers } = parts;
  const shader = new Shader(`${name} (chunks)`, buffers);
  const from = shader.buffer(scratch);
  const count = batch * heads * queries * valueDim;
  const workgroups = gridOf(Math.ceil(count / CHUNK_THREADS), target);
  const { keys, chunks } = cutOf(problem, !computesOnCpu(target));
  const start = `(line * ${u32(chunks)} + chunk) * ${u32(valueDim + 2)}`;
  const body = `let i = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(CHUNK_THREADS)} + thread;
if (i >= ${u32(count)}) { return; }
let line = i / ${u32(valueDim)};
let column = i % ${u32(valueDim)};
${keyRange(shader, problem)}
let firstChunk = firstKey / ${u32(keys)};
let endChunk = (endKey + ${u32(keys - 1)}) / ${u32(keys)};
var largest = ${LOWEST};
for (var chunk = firstChunk; chunk < endChunk; chunk++) {
  largest = max(largest, ${from}[${start} + ${u32(valueDim)}]);
}
var sum = 0.0f;
var total = 0.0f;
for (var chunk = firstChunk; chunk < endChunk; chunk++) {
  let start = ${start};
  let factor = exp(${from}[start + ${u32(valueDim)}] - largest);
  sum += factor * ${from}[start + column];
  total += factor * ${from}[start + ${u32(valueDim + 1)}];
}
${shader.buffer(output.buffer)}[${u32(output.offset)} + i] = sum / total;
if (column == 0u) { ${shader.buffer(logSumExp.buffer)}[${u32(logSumExp.offset)} + line] = largest + log(total); }`;
  return shader.finish(body, CHUNK_THREADS, workgroups);
}
