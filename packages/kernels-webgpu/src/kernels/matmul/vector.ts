import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, u32 } from '../wgsl.ts';
import type { VectorGeometry } from './geometry.ts';
import { baseOf, loadDirection, quadFunction } from './load.ts';
import { directionOf, matrices, type Problem } from './problem.ts';
import { loadersOf, type MatmulShader, retypeOperands } from './tile.ts';

/** Rows up to which a product is computed like this. */
export const mostVectorRows = 8;

/** Whether `vectorStep` can compute a product. */
export const fitsVector = ({ rows, left }: Problem): boolean =>
  rows <= mostVectorRows && directionOf(left) === 'inner';

/**
 * A product of few rows, above all a vector times a matrix: the matrix is read once, and its memory traffic
 * is the time. The inner axis is shared among the invocations of a workgroup, four elements at a time,
 * which keeps more loads in flight than a column for each invocation would; neighbours read neighbouring
 * quads. Each has sums for four columns of all rows.
 *
 * Workgroup memory: `parts`, each invocation's sums, which are then added up by halves.
 */
export function vectorStep(spec: MatmulShader, geometry: VectorGeometry): KernelStep {
  const { name, problem, buffers, output, target } = spec;
  const { rows, columns, inner, batch } = problem;
  const { threads } = geometry;
  const shader = new Shader(name, buffers);
  const loaders = loadersOf(shader, spec);
  shader.declare(quadFunction('leftQuad', loaders.left));
  shader.declare(quadFunction('rightQuad', loaders.right));
  shader.declare(`var<workgroup> parts: array<vec4f, ${rows * threads}>;`);
  const { width, call } = output(shader, problem);

  const quads = geometry.columns / 4;
  const across = Math.ceil(columns / geometry.columns);
  const count = matrices(problem) * across;
  const workgroups = gridOf(count, target);
  const batchNames = batch.map((_, axis) => `batch${axis}`);
  const alongInner = loadDirection(loaders.right) === 'inner';
  const each = (line: (row: number) => string) =>
    Array.from({ length: rows }, (_, row) => line(row)).join('\n');
  const lanes = 'xyzw';
  const column = (lane: number) =>
    alongInner
      ? `vec4f(${[0, 1, 2, 3].map((i) => `right${i}.${lanes[lane]}`).join(', ')})`
      : `right${lane}`;
  const right = [0, 1, 2, 3].map((i) =>
    alongInner
      ? `  let right${i} = rightQuad(rightBase, column + ${i}u, k);`
      : `  let right${i} = rightQuad(rightBase, column, k + ${i}u);`,
  );
  const multiply = each((row) => {
    const products = [0, 1, 2, 3].map(
      (lane) => `    sum${row} = fma(vec4f(left.${lanes[lane]}), column${lane}, sum${row});`,
    );
    return `  {
    let left = leftQuad(leftBase, ${row}u, k);
${products.join('\n')}
  }`;
  });
  const values = Array.from({ length: width }, (_, i) => `values[first + ${i}u]`);
  const store = call('batch', 'row', 'stored', values);
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
if (item >= ${u32(count)}) { return; }
${digits('item', [matrices(problem), across], ['batch', 'stripe'])}
${digits('batch', batch, batchNames)}
let firstColumn = stripe * ${u32(geometry.columns)};
let leftBase = ${baseOf(loaders.left, batchNames)};
let rightBase = ${baseOf(loaders.right, batchNames)};
let column = firstColumn + (thread % ${u32(quads)}) * 4u;
${each((row) => `var sum${row} = vec4f();`)}
for (var k = (thread / ${u32(quads)}) * 4u; k < ${u32(inner)}; k += ${u32((threads / quads) * 4)}) {
${right.join('\n')}
${[0, 1, 2, 3].map((lane) => `  let column${lane} = ${column(lane)};`).join('\n')}
${multiply}
}
${each((row) => `parts[${u32(row * threads)} + thread] = sum${row};`)}
workgroupBarrier();
for (var half = ${u32(threads / 2)}; half >= ${u32(quads)}; half >>= 1u) {
  if (thread < half) {
${each((row) => `    parts[${u32(row * threads)} + thread] += parts[${u32(row * threads)} + thread + half];`)}
  }
  workgroupBarrier();
}
for (var i = thread; i < ${u32((rows * geometry.columns) / width)}; i += ${u32(threads)}) {
  let row = i / ${u32(geometry.columns / width)};
  let place = (i % ${u32(geometry.columns / width)}) * ${u32(width)};
  let values = parts[row * ${u32(threads)} + (place >> 2u)];
  let first = place & 3u;
  let stored = firstColumn + place;
  ${columns % geometry.columns === 0 ? store : `if (stored < ${u32(columns)}) { ${store} }`}
}`;
  return retypeOperands(shader.finish(body, threads, workgroups), loaders);
}
