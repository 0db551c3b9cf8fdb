import { blockOf, wordsOf } from '@llm/tensor/backend';
import { gridOf, type KernelStep } from '../../kernel.ts';
import { PrologueRow } from '../../print/prologue.ts';
import { Shader } from '../../print/shader.ts';
import { loadQuad, u32 } from '../wgsl.ts';
import { computesOnCpu } from './choose.ts';
import { quadFunction } from './load.ts';
import {
  type Loaders,
  loadersOf,
  type MatmulShader,
  retypeOperands,
  rightLoadersOf,
} from './tile.ts';
import { computedQuad, indented } from './vector.ts';
import { codesAt, groupOf } from './weights.ts';

const THREADS = 64;

/**
 * Few rows times a quantized matrix, or two: every word of codes is read once, four words at a time, and its numbers
 * are multiplied with all rows of the left operand as they are decoded. Some neighbouring invocations, a power of two,
 * share a column of the product, which is a row of codes, and read neighbouring blocks of it; on adapters that compute
 * on the CPU, where a barrier is dear, an invocation has its column for itself.
 *
 * Workgroup memory: `parts`, each invocation's sums, added up by halves; none where nothing is shared.
 */
export function codesStep(spec: MatmulShader): KernelStep {
  const { problem, prologue, target } = spec;
  const { rows, columns, inner, left: operand } = problem;
  const shader = new Shader(spec.name, spec.buffers);
  const loaders: Loaders = prologue ? rightLoadersOf(shader, spec) : loadersOf(shader, spec);
  const { left } = loaders;
  const matrices = [loaders.right, ...(loaders.second ? [loaders.second] : [])];
  const { layout } = loaders.right.weights!;
  const { call } = spec.output(shader, problem);
  const isCpu = computesOnCpu(target);
  const block = blockOf(layout.bits);
  const blocks = wordsOf(layout) / 4;
  const sharers = isCpu ? 1 : sharersOf(blocks);
  const ownColumns = THREADS / sharers;
  const workgroups = gridOf(Math.ceil(columns / ownColumns), target);
  const own = prologue
    ? Array.from(
        { length: rows },
        (_, row) => new PrologueRow(shader, prologue, `${row}`, `row${row}`),
      )
    : [];
  const lines = (count: number) => (line: (number: number) => string) =>
    Array.from({ length: count }, (_, number) => line(number)).join('\n');
  const eachRow = lines(rows);
  const eachMatrix = lines(matrices.length);
  // Sums of the second product follow those of the first.
  const eachSum = lines(matrices.length * rows);
  const matrixOf = (sum: number) => Math.floor(sum / rows);

  if (left && !left.aligned) shader.declare(quadFunction('leftQuad', left));
  const leftQuad = (row: number) => {
    if (!left) return letLeft(own[row]!, inner);
    const { offset, dtype, lineStride } = operand;
    const quad = left.aligned
      ? loadQuad(left.buffer, dtype, `quad + ${u32((offset + row * lineStride) / 4)}`)
      : `leftQuad(${u32(offset)}, ${u32(row)}, k)`;
    return `    let left = ${quad};`;
  };
  const codes = (matrix: number) => {
    const { buffer, aligned } = matrices[matrix]!;
    const first = `start${matrix} + block * 4u`;
    return aligned
      ? `${buffer}[(${first}) >> 2u]`
      : `vec4i(${[0, 1, 2, 3].map((i) => `${buffer}[${first} + ${i}u]`).join(', ')})`;
  };
  const hasOffsets = loaders.right.weights!.offset !== undefined;
  const scales = (matrix: number) => {
    const { scale, offset } = matrices[matrix]!.weights!;
    const shift = offset ? `\n  let offset${matrix} = ${offset('own', 'number')};` : '';
    return `  let scale${matrix} = ${scale('own', 'number')};${shift}`;
  };
  const numbers = (matrix: number) => {
    const decoded = codesAt(layout, `words${matrix}`, 'shift');
    const all = `fma(${decoded}, vec4f(scale${matrix}), vec4f(offset${matrix}))`;
    return `    let numbers${matrix} = ${hasOffsets ? all : decoded};`;
  };
  const add = (sum: number) =>
    hasOffsets
      ? `  total${sum} += sum${sum};`
      : `  total${sum} = fma(sum${sum}, scale${matrixOf(sum)}, total${sum});`;
  // A loop of unknown length is not unrolled: a CPU's compiler takes seconds where a GPU's gains.
  const isWhole = inner % block === 0 && !isCpu;
  const perBlock = u32(block / 4);
  const places = isWhole ? perBlock : `min(${perBlock}, ${u32(Math.ceil(inner / 4))} - firstQuad)`;
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
${own.flatMap((row) => [...row.reduce(isCpu ? 1 : THREADS), ...row.common()]).join('\n')}
let column = item * ${u32(ownColumns)} + thread / ${u32(sharers)};
let own = min(column, ${u32(columns - 1)});
${eachMatrix((matrix) => `let start${matrix} = ${u32(matrices[matrix]!.operand.offset)} + own * ${u32(4 * blocks)};`)}
${eachSum((sum) => `var total${sum} = 0.0f;`)}
for (var block = thread % ${u32(sharers)}; block < ${u32(blocks)}; block += ${u32(sharers)}) {
${eachMatrix((matrix) => `  let words${matrix} = ${codes(matrix)};`)}
  let number = ${groupOf(layout, `(block * ${u32(block)})`)};
${eachMatrix(scales)}
${eachSum((sum) => `  var sum${sum} = 0.0f;`)}
  let firstQuad = block * ${u32(block / 4)};
  let places = ${places};
  for (var place = 0u; place < places; place++) {
    let shift = place * ${u32(layout.bits)};
    let quad = firstQuad + place;
    let k = quad * 4u;
${eachMatrix(numbers)}
${eachRow(
  (row) => `    {
${leftQuad(row)}
${eachMatrix((matrix) => `    sum${matrix * rows + row} += dot(numbers${matrix}, left);`)}
    }`,
)}
  }
${eachSum(add)}
}
${sharers > 1 ? addUp(shader, matrices.length * rows, sharers) : ''}
if (column < ${u32(columns)}${sharers > 1 ? ` && thread % ${u32(sharers)} == 0u` : ''}) {
${eachRow((row) => {
  const totals = matrices.map((_, matrix) => `total${matrix * rows + row}`);
  return `  ${call('0u', u32(row), 'column', totals)}`;
})}
}`;
  return retypeOperands(shader.finish(body, THREADS, workgroups), loaders);
}

/** Four elements from `k` on of a row that the shader computes; 0 beyond the end, where a block's codes mean nothing. */
function letLeft(row: PrologueRow, inner: number): string {
  const { lines, value } = computedQuad(row, inner);
  const isInside = `vec4u(k) + vec4u(0u, 1u, 2u, 3u) < vec4u(${inner})`;
  const masked = inner % 4 === 0 ? value : `select(vec4f(), ${value}, ${isInside})`;
  return indented([...lines, `let left = ${masked};`]);
}

/** Up to 32 invocations to a row, and as few as leave each two blocks. */
function sharersOf(blocks: number): number {
  return Math.min(32, Math.max(1, 2 ** Math.floor(Math.log2(blocks / 2))));
}

function addUp(shader: Shader, sums: number, sharers: number): string {
  shader.declare(`var<workgroup> parts: array<f32, ${sums * THREADS}>;`);
  const each = (line: (sum: number) => string) =>
    Array.from({ length: sums }, (_, sum) => line(sum)).join('\n');
  const at = (sum: number) => `parts[${u32(sum * THREADS)} + thread]`;
  return `${each((sum) => `${at(sum)} = total${sum};`)}
workgroupBarrier();
for (var half = ${u32(sharers / 2)}; half > 0u; half >>= 1u) {
  if (thread % ${u32(sharers)} < half) {
${each((sum) => `    parts[${u32(sum * THREADS)} + thread] += parts[${u32(sum * THREADS)} + thread + half];`)}
  }
  workgroupBarrier();
}
${each((sum) => `total${sum} = ${at(sum)};`)}`;
}
