import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, u32 } from '../wgsl.ts';
import { matrices, sums } from './problem.ts';
import type { MatmulShader } from './tile.ts';

const threads = 64;

/** Adds up the sums of the ranges of the inner axis, in order, and stores them. */
export function addRangesStep(spec: MatmulShader, parts: number, splits: number): KernelStep {
  const { problem, output, target } = spec;
  const shader = new Shader(`${spec.name} add ranges`, spec.buffers);
  const { width, call } = output(shader, problem);
  const total = sums(problem);
  const workgroups = gridOf(Math.ceil(total / width / threads), target);
  const lanes = Array.from({ length: width }, (_, lane) => lane);
  const buffer = shader.buffer(parts);
  const body = `let at = ((group.x + group.y * ${u32(workgroups[0])}) * ${u32(threads)} + thread) * ${u32(width)};
if (at >= ${u32(total)}) { return; }
${digits('at', [matrices(problem), problem.rows, problem.columns], ['batch', 'row', 'column'])}
${lanes.map((lane) => `var sum${lane} = ${buffer}[at + ${lane}u];`).join('\n')}
for (var range = 1u; range < ${u32(splits)}; range++) {
${lanes.map((lane) => `  sum${lane} += ${buffer}[range * ${u32(total)} + at + ${lane}u];`).join('\n')}
}
${call(
  'batch',
  'row',
  'column',
  lanes.map((lane) => `sum${lane}`),
)}`;
  return shader.finish(body, threads, workgroups);
}
