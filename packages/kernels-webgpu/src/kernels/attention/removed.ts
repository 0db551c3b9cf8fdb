import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import type { BackwardStep } from './backward-step.ts';
import { declareRows } from './tiles.ts';

/**
 * What a row's gradient loses by the softmax's normalization: rowsum(dO ∘ O), less the gradient of its
 * log-sum-exp. An invocation for each row.
 */
export function removedStep(step: BackwardStep): KernelStep {
  const { name, problem, operands, buffers, removed, target } = step;
  const { batch, heads, queries, valueDim } = problem;
  const { out, dOut, dLogSumExp } = operands;
  const shader = new Shader(name, buffers);
  const { rows, types } = declareRows(shader, { out, dOut });
  const threads = 64;
  const count = batch * heads * queries;
  const workgroups = gridOf(Math.ceil(count / threads), target);
  const own = dLogSumExp
    ? ` - ${shader.buffer(dLogSumExp.buffer)}[${u32(dLogSumExp.offset)} + at]`
    : '';
  const body = `let at = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(threads)} + thread;
if (at >= ${u32(count)}) { return; }
${digits('at', [batch, heads, queries], ['item', 'head', 'row'])}
let outBase = ${rows.out!.base('item', 'head')};
let dOutBase = ${rows.dOut!.base('item', 'head')};
var sum = vec4f();
for (var column = 0u; column < ${u32(valueDim)}; column += 4u) {
  sum = fma(outQuad(outBase, row, column), dOutQuad(dOutBase, row, column), sum);
}
${shader.buffer(removed)}[at] = (sum.x + sum.y) + (sum.z + sum.w)${own};`;
  return retype(shader.finish(body, threads, workgroups), types);
}
