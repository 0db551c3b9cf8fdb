import { gridOf, type KernelStep } from '../../kernel.ts';
import { PrologueRow } from '../../print/prologue.ts';
import { Shader } from '../../print/shader.ts';
import { digits, u32 } from '../wgsl.ts';
import type { VectorGeometry } from './geometry.ts';
import { baseOf, loadDirection, quadFunction } from './load.ts';
import type { Output } from './output.ts';
import { matrices as countOf, directionOf, type Problem } from './problem.ts';
import {
  type Loaders,
  loadersOf,
  type MatmulShader,
  retypeOperands,
  rightLoadersOf,
} from './tile.ts';

/** Rows up to which a product is computed like this. */
export const mostVectorRows = 8;

/** Whether `vectorStep` can compute a product. */
export const fitsVector = ({ rows, left }: Problem): boolean =>
  rows <= mostVectorRows && directionOf(left) === 'inner';

/**
 * A product of few rows, above all a vector times a matrix: the matrix is read once, and its memory traffic
 * is the time. The inner axis is shared among the invocations of a workgroup, four elements at a time,
 * which keeps more loads in flight than a column for each invocation would; neighbours read neighbouring
 * quads. Each has sums for four columns of all rows, of both products where there is a second one.
 *
 * Workgroup memory: `parts`, each invocation's sums, which are then added up by halves; none where each has columns for
 * itself, as on adapters that compute on the CPU, where a barrier is dear and takes seconds to compile.
 */
export function vectorStep(spec: MatmulShader, geometry: VectorGeometry): KernelStep {
  const { name, problem, buffers, output, target } = spec;
  const { rows, columns, inner, batch } = problem;
  const { threads } = geometry;
  const shader = new Shader(name, buffers);
  const { prologue } = spec;
  const loaders: Loaders = prologue ? rightLoadersOf(shader, spec) : loadersOf(shader, spec);
  const { left } = loaders;
  if (left) shader.declare(quadFunction('leftQuad', left));
  const matrices = [loaders.right, ...(loaders.second ? [loaders.second] : [])];
  matrices.forEach((loader, number) => {
    shader.declare(quadFunction(`right${number}Quad`, loader));
  });
  if (geometry.columns < 4 * threads) {
    shader.declare(`var<workgroup> parts: array<vec4f, ${matrices.length * rows * threads}>;`);
  }
  const stored = output(shader, problem);

  const quads = geometry.columns / 4;
  const isAlone = quads === threads;
  const own = prologue
    ? Array.from(
        { length: rows },
        (_, row) => new PrologueRow(shader, prologue, `${row}`, `row${row}`),
      )
    : [];
  const reduced = own.flatMap((row) => [...row.reduce(isAlone ? 1 : threads), ...row.common()]);
  const across = Math.ceil(columns / geometry.columns);
  const count = countOf(problem) * across;
  const workgroups = gridOf(count, target);
  const batchNames = batch.map((_, axis) => `batch${axis}`);
  const alongInner = loadDirection(loaders.right) === 'inner';
  const each = (line: (row: number) => string) =>
    Array.from({ length: rows }, (_, row) => line(row)).join('\n');
  // Sums of the second product follow those of the first.
  const eachSum = (line: (sum: number) => string) =>
    Array.from({ length: matrices.length * rows }, (_, sum) => line(sum)).join('\n');
  const eachMatrix = (line: (matrix: number) => string) =>
    matrices.map((_, matrix) => line(matrix)).join('\n');
  const lanes = 'xyzw';
  const load = eachMatrix((matrix) => {
    const name = (i: number) => `right${matrix}_${i}`;
    const quads = [0, 1, 2, 3].map((i) => {
      const at = alongInner ? `column + ${i}u, k` : `column, k + ${i}u`;
      return `  let ${name(i)} = right${matrix}Quad(right${matrix}Base, ${at});`;
    });
    const columns = [0, 1, 2, 3].map((lane) => {
      const turned = `vec4f(${[0, 1, 2, 3].map((i) => `${name(i)}.${lanes[lane]}`).join(', ')})`;
      return `  let column${matrix}_${lane} = ${alongInner ? turned : name(lane)};`;
    });
    return [...quads, ...columns].join('\n');
  });
  const multiply = each((row) => {
    const products = eachMatrix((matrix) => {
      const sum = `sum${matrix * rows + row}`;
      return [0, 1, 2, 3]
        .map(
          (lane) =>
            `    ${sum} = fma(vec4f(left.${lanes[lane]}), column${matrix}_${lane}, ${sum});`,
        )
        .join('\n');
    });
    return `  {
${left ? `    let left = leftQuad(leftBase, ${row}u, k);` : letLeft(own[row]!, inner)}
${products}
  }`;
  });
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
if (item >= ${u32(count)}) { return; }
${digits('item', [countOf(problem), across], ['batch', 'stripe'])}
${digits('batch', batch, batchNames)}
let firstColumn = stripe * ${u32(geometry.columns)};
${left ? `let leftBase = ${baseOf(left, batchNames)};` : ''}
${eachMatrix((matrix) => `let right${matrix}Base = ${baseOf(matrices[matrix]!, batchNames)};`)}
let column = firstColumn + (thread % ${u32(quads)}) * 4u;
${reduced.join('\n')}
${eachSum((sum) => `var sum${sum} = vec4f();`)}
for (var k = (thread / ${u32(quads)}) * 4u; k < ${u32(inner)}; k += ${u32((threads / quads) * 4)}) {
${load}
${multiply}
}
${isAlone ? storeOwn(problem, stored, matrices.length) : addUp(problem, geometry, stored, matrices.length)}`;
  return retypeOperands(shader.finish(body, threads, workgroups), loaders);
}

/** Four elements from `k` on of a row that the shader computes; beyond the end, where the matrix is 0, its last one. */
function letLeft(row: PrologueRow, inner: number): string {
  const { lines, value } = computedQuad(row, inner);
  return indented([...lines, `let left = ${value};`]);
}

/** Statements, and then a vec4f of the elements from `k` on of a row; beyond the end its last one. */
export function computedQuad(
  row: PrologueRow,
  inner: number,
): { readonly lines: readonly string[]; readonly value: string } {
  const elements = [0, 1, 2, 3].map((lane) =>
    row.element(inner % 4 === 0 ? `(i32(k) + ${lane})` : `min(i32(k) + ${lane}, ${inner - 1})`),
  );
  const lines = elements.flatMap((element) => element.lines);
  return { lines, value: `vec4f(${elements.map(({ value }) => value).join(', ')})` };
}

/** Statements of a block within a loop. */
export const indented = (lines: readonly string[]): string =>
  lines.map((line) => `    ${line}`).join('\n');

/** Stores the sums of an invocation that has its columns for itself. */
function storeOwn({ rows, columns }: Problem, { width, call }: Output, products: number): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 4 / width }, (_part, part) => {
      const first = part * width;
      const sums = Array.from({ length: products }, (_product, product) =>
        Array.from(
          { length: width },
          (_lane, i) => `sum${product * rows + row}.${'xyzw'[first + i]}`,
        ),
      );
      const statement = call('batch', u32(row), `column + ${first}u`, sums.flat());
      return `if (column + ${first}u < ${u32(columns)}) { ${statement} }`;
    }),
  );
  return lines.flat().join('\n');
}

/** Adds the sums of the invocations up by halves, and stores them. */
function addUp(
  { rows, columns }: Problem,
  { threads, columns: own }: VectorGeometry,
  { width, call }: Output,
  products: number,
): string {
  const quads = own / 4;
  const eachSum = (line: (sum: number) => string) =>
    Array.from({ length: products * rows }, (_, sum) => line(sum)).join('\n');
  const eachProduct = (line: (product: number) => string) =>
    Array.from({ length: products }, (_, product) => line(product)).join('\n');
  const at = (sum: number) => `parts[${u32(sum * threads)} + thread`;
  const values = Array.from({ length: products }, (_, product) =>
    Array.from({ length: width }, (_lane, i) => `values${product}[first + ${i}u]`),
  );
  const store = call('batch', 'row', 'stored', values.flat());
  return `${eachSum((sum) => `${at(sum)}] = sum${sum};`)}
workgroupBarrier();
for (var half = ${u32(threads / 2)}; half >= ${u32(quads)}; half >>= 1u) {
  if (thread < half) {
${eachSum((sum) => `    ${at(sum)}] += ${at(sum)} + half];`)}
  }
  workgroupBarrier();
}
for (var i = thread; i < ${u32((rows * own) / width)}; i += ${u32(threads)}) {
  let row = i / ${u32(own / width)};
  let place = (i % ${u32(own / width)}) * ${u32(width)};
${eachProduct(
  (product) =>
    `  let values${product} = parts[(row + ${u32(product * rows)}) * ${u32(threads)} + (place >> 2u)];`,
)}
  let first = place & 3u;
  let stored = firstColumn + place;
  ${columns % own === 0 ? store : `if (stored < ${u32(columns)}) { ${store} }`}
}`;
}
