import type { CoarseKernel, CoarseOperand } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, nothing, type Target } from '../kernel.ts';
import { loadElement } from '../print/access.ts';
import { Shader } from '../print/shader.ts';
import { wordOutput } from './pack.ts';
import { product, u32 } from './wgsl.ts';

const threads = 64;

/**
 * Running sums along the last axis; `{ reverse }` sums from the end. A workgroup owns a row and goes through
 * it in pieces of four elements for each invocation: sums within each four, a scan over the invocations' sums
 * (Hillis and Steele, 1986), and what the pieces before came to. A tree of sums, so errors grow with the
 * logarithm of a piece's length.
 *
 * Workgroup memory: `totals`, the invocations' sums.
 */
export function planCumsum(kernel: CoarseKernel, target: Target): KernelPlan {
  const { reverse } = kernel.attributes as { reverse: boolean };
  const [input, output] = [kernel.inputs[0]!, kernel.outputs[0]!];
  const length = input.shape.at(-1) ?? 1;
  const rows = product(input.shape.slice(0, -1));
  if (rows * length === 0) return nothing;
  const { buffers, buffer, offset, type, scratchBytes, packing } = wordOutput(
    kernel,
    output,
    target,
  );
  const shader = new Shader(kernel.name, buffers);
  const out = shader.buffer(buffer);
  shader.declare(elementFunction(shader, input, type));
  shader.declare(`var<workgroup> totals: array<${type}, ${threads}>;`);
  const zero = `${type}(0)`;
  const workgroups = gridOf(rows, target);
  const lanes = [0, 1, 2, 3];
  const place = reverse ? `${u32(length - 1)} - index` : 'index';
  const body = `let row = group.x + group.y * ${u32(workgroups[0])};
if (row >= ${u32(rows)}) { return; }
let base = row * ${u32(length)};
var before = ${zero};
for (var first = 0u; first < ${u32(length)}; first += ${u32(4 * threads)}) {
  var sums: array<${type}, 4>;
  var total = ${zero};
  for (var lane = 0u; lane < 4u; lane++) {
    let index = first + thread * 4u + lane;
    if (index < ${u32(length)}) { total += element(i32(base + ${place})); }
    sums[lane] = total;
  }
  totals[thread] = total;
  workgroupBarrier();
  for (var distance = 1u; distance < ${u32(threads)}; distance <<= 1u) {
    var other = ${zero};
    if (thread >= distance) { other = totals[thread - distance]; }
    workgroupBarrier();
    totals[thread] += other;
    workgroupBarrier();
  }
  var start = before;
  if (thread > 0u) { start += totals[thread - 1u]; }
${lanes
  .map(
    (lane) => `  {
    let index = first + thread * 4u + ${lane}u;
    if (index < ${u32(length)}) { ${out}[${u32(offset)} + base + ${place}] = start + sums[${lane}]; }
  }`,
  )
  .join('\n')}
  before += totals[${threads - 1}];
  workgroupBarrier();
}`;
  return { steps: [shader.finish(body, threads, workgroups), ...packing], scratchBytes };
}

function elementFunction(shader: Shader, input: CoarseOperand, type: string): string {
  const loaded = loadElement(shader, input.buffer, `at + ${input.offset}`);
  return `fn element(at: i32) -> ${type} { return ${type}(${loaded}); }`;
}
