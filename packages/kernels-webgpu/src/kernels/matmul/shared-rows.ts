import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, u32 } from '../wgsl.ts';
import { acrossAt, loadAcross, storeRows } from './direct.ts';
import type { SharedRowsGeometry } from './geometry.ts';
import { baseOf, loadDirection, quadFunction } from './load.ts';
import { matrices } from './problem.ts';
import { loadersOf, type MatmulShader, retypeOperands } from './tile.ts';

const lanesOfQuad = 'xyzw';
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * As `directStep`, where a workgroup is one subgroup: its invocations have the same rows and neighbouring columns,
 * so each reads a quad of the left operand that all need, and `subgroupBroadcast` hands its elements on. A CPU has
 * an element in all lanes by one instruction, while each lane of a load goes to memory by itself.
 */
export function sharedRowsStep(spec: MatmulShader, geometry: SharedRowsGeometry): KernelStep {
  const { name, problem, buffers, output, target } = spec;
  const { rows, columns, inner, batch } = problem;
  const { lanes } = geometry;
  const own = range(geometry.rows);
  const shader = new Shader(name, buffers);
  const loaders = loadersOf(shader, spec);
  shader.declare(quadFunction('leftQuad', loaders.left));
  shader.declare(quadFunction('rightQuad', loaders.right));
  const stored = output(shader, problem);

  const stripes = Math.ceil(columns / 4 / lanes);
  const blocks = Math.ceil(rows / geometry.rows);
  const count = matrices(problem) * blocks * stripes;
  const workgroups = gridOf(count, target);
  const batchNames = batch.map((_, axis) => `batch${axis}`);

  // Invocation i reads row i, or quad i of those that cover the rows at four depths, depth by depth.
  const alongInner = loadDirection(loaders.left) === 'inner';
  const quads = lanes / 4;
  const loadLeft = range(geometry.rows / lanes).map((part) => {
    const first = `row + ${part * lanes}u`;
    return alongInner
      ? `  let left${part} = leftQuad(leftBase, ${first} + thread, k);`
      : `  let left${part} = leftQuad(leftBase, ${first} + thread % ${quads}u * 4u, k + thread / ${quads}u);`;
  });
  const left = (row: number, depth: number) => {
    const part = `left${Math.floor(row / lanes)}`;
    const line = row % lanes;
    return alongInner
      ? `subgroupBroadcast(${part}.${lanesOfQuad[depth]}, ${line}u)`
      : `subgroupBroadcast(${part}.${lanesOfQuad[line % 4]}, ${depth * quads + (line >> 2)}u)`;
  };
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
let row = block * ${u32(geometry.rows)};
let column = (stripe * ${u32(lanes)} + thread) * 4u;
${own.map((i) => `var sum${i} = vec4f();`).join('\n')}
for (var k = 0u; k < ${u32(inner)}; k += 4u) {
${[...loadAcross(loaders.right), ...loadLeft, ...multiply].join('\n')}
}
${storeRows(problem, geometry.rows, stored)}`;
  const step = retypeOperands(shader.finish(body, lanes, workgroups), loaders);
  return { ...step, kernel: { ...step.kernel, enables: ['subgroups'] } };
}
