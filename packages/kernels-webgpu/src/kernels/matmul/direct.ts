import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, u32 } from '../wgsl.ts';
import type { DirectGeometry } from './geometry.ts';
import { baseOf, loadDirection, type OperandLoader, quadFunction } from './load.ts';
import type { Output } from './output.ts';
import { matrices, type Problem } from './problem.ts';
import { loadersOf, type MatmulShader, retypeOperands } from './tile.ts';

const threads = 64;
const lanes = 'xyzw';
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * A product without workgroup memory, for adapters that compute on the CPU: there it is no nearer than the
 * buffers, and a barrier is dear. Each invocation has `rows` × 4 sums in registers and reads both operands
 * from their buffers, four elements at a time. Neighbours have neighbouring columns and the same rows, so a
 * driver loads the left operand once for all of them.
 */
export function directStep(spec: MatmulShader, geometry: DirectGeometry): KernelStep {
  const { name, problem, buffers, output, target } = spec;
  const { rows, columns, inner, batch } = problem;
  const own = range(geometry.rows);
  const shader = new Shader(name, buffers);
  const loaders = loadersOf(shader, spec);
  shader.declare(quadFunction('leftQuad', loaders.left));
  shader.declare(quadFunction('rightQuad', loaders.right));
  const stored = output(shader, problem);

  const across = Math.min(threads, 2 ** Math.ceil(Math.log2(columns / 4 + 1)));
  const down = threads / across;
  const stripes = Math.ceil(columns / 4 / across);
  const blocks = Math.ceil(rows / geometry.rows / down);
  const count = matrices(problem) * blocks * stripes;
  const workgroups = gridOf(count, target);
  const batchNames = batch.map((_, axis) => `batch${axis}`);

  const leftInner = loadDirection(loaders.left) === 'inner';
  const left = (row: number, depth: number) =>
    leftInner ? `left${row}.${lanes[depth]}` : `left${row >> 2}_${depth}.${lanes[row & 3]}`;
  const loadLeft = leftInner
    ? own.map((row) => `  let left${row} = leftQuad(leftBase, row + ${row}u, k);`)
    : range(geometry.rows / 4).flatMap((group) =>
        range(4).map(
          (depth) =>
            `  let left${group}_${depth} = leftQuad(leftBase, row + ${4 * group}u, k + ${depth}u);`,
        ),
      );
  const multiply = range(4).flatMap((depth) => [
    `  let across${depth} = ${acrossAt(loaders.right, depth)};`,
    ...own.map(
      (row) => `  sum${row} = fma(vec4f(${left(row, depth)}), across${depth}, sum${row});`,
    ),
  ]);
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
if (item >= ${u32(count)}) { return; }
${digits('item', [matrices(problem), blocks, stripes], ['batch', 'block', 'stripe'])}
${digits('batch', batch, batchNames)}
let leftBase = ${baseOf(loaders.left, batchNames)};
let rightBase = ${baseOf(loaders.right, batchNames)};
let row = (block * ${u32(down)} + thread / ${u32(across)}) * ${u32(geometry.rows)};
let column = (stripe * ${u32(across)} + thread % ${u32(across)}) * 4u;
if (row >= ${u32(rows)} || column >= ${u32(columns)}) { return; }
${own.map((i) => `var sum${i} = vec4f();`).join('\n')}
for (var k = 0u; k < ${u32(inner)}; k += 4u) {
${[...loadAcross(loaders.right), ...loadLeft, ...multiply].join('\n')}
}
${storeRows(problem, geometry.rows, stored)}`;
  return retypeOperands(shader.finish(body, threads, workgroups), loaders);
}

/** Lines that read the right operand: four columns from `column` at four depths from `k`. */
export function loadAcross(right: OperandLoader): string[] {
  const alongInner = loadDirection(right) === 'inner';
  return range(4).map((i) =>
    alongInner
      ? `  let right${i} = rightQuad(rightBase, column + ${i}u, k);`
      : `  let right${i} = rightQuad(rightBase, column, k + ${i}u);`,
  );
}

/** What `loadAcross` has read at one of the depths. */
export function acrossAt(right: OperandLoader, depth: number): string {
  if (loadDirection(right) === 'lines') return `right${depth}`;
  const elements = range(4).map((i) => `right${i}.${lanes[depth]}`);
  return `vec4f(${elements.join(', ')})`;
}

/** Stores `sum0`, `sum1`, …: rows from `row`, columns from `column`, where the output has them. */
export function storeRows(
  { rows, columns }: Problem,
  count: number,
  { width, call }: Output,
): string {
  const lines = range(count).flatMap((row) => [
    `if (row + ${row}u < ${u32(rows)}) {`,
    ...range(4 / width).map((part) => {
      const first = part * width;
      const sums = range(width).map((i) => `sum${row}.${lanes[first + i]}`);
      const statement = call('batch', `row + ${row}u`, `column + ${first}u`, sums);
      return `  if (column + ${first}u < ${u32(columns)}) { ${statement} }`;
    }),
    '}',
  ]);
  return lines.join('\n');
}
