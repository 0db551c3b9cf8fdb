import { gridOf, type KernelStep } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { computesOnCpu } from '../matmul/choose.ts';
import { quadFunction } from '../matmul/load.ts';
import { loadersOf, type MatmulShader, retypeOperands } from '../matmul/tile.ts';
import { loadQuad, u32 } from '../wgsl.ts';
import { blockColumns, blocksOf, codesAt, groupOf } from './weights.ts';

const THREADS = 64;

/**
 * Few rows of x times a quantized matrix: every word of codes is read once, four words at a time, and its numbers
 * are multiplied with all rows of x as they are decoded. Some neighbouring invocations, a power of two, share a row
 * of the matrix and read neighbouring blocks of it; on adapters that compute on the CPU, where a barrier is dear, an
 * invocation has its row for itself.
 *
 * Workgroup memory: `parts`, each invocation's sums, added up by halves; none where nothing is shared.
 */
export function quantizedVectorStep(spec: MatmulShader): KernelStep {
  const { problem, target } = spec;
  const { rows: inputs, columns: rows, right } = problem;
  const shader = new Shader(spec.name, spec.buffers);
  const loaders = loadersOf(shader, spec);
  const { buffer: codes, aligned } = loaders.right;
  const weights = loaders.right.weights!;
  const { layout } = weights;
  const { call } = spec.output(shader, problem);
  const isCpu = computesOnCpu(target);
  const sharers = isCpu ? 1 : sharersOf(blocksOf(layout));
  const ownRows = THREADS / sharers;
  const groups = Math.ceil(rows / ownRows);
  const workgroups = gridOf(groups, target);
  const each = (line: (input: number) => string) =>
    Array.from({ length: inputs }, (_, input) => line(input)).join('\n');

  const first = `start + block * 4u`;
  const words = aligned
    ? `${codes}[(${first}) >> 2u]`
    : `vec4i(${[0, 1, 2, 3].map((i) => `${codes}[${first} + ${i}u]`).join(', ')})`;
  const { left } = problem;
  const { offset } = weights;
  const numbers = codesAt(layout, 'words', 'shift');
  const perBlock = 32 / layout.bits;
  const quads = Math.ceil(layout.columns / 4);
  // A loop of unknown length is not unrolled: a CPU's compiler takes seconds where a GPU's gains.
  const isWhole = layout.columns % blockColumns(layout) === 0 && !isCpu;
  const places = isWhole ? u32(perBlock) : `min(${u32(perBlock)}, ${u32(quads)} - firstQuad)`;
  const isAligned = loaders.left.aligned;
  if (!isAligned) shader.declare(quadFunction('leftQuad', loaders.left));
  const inputAt = (input: number) =>
    isAligned
      ? loadQuad(
          loaders.left.buffer,
          left.dtype,
          `k + ${u32((left.offset + input * layout.columns) / 4)}`,
        )
      : `leftQuad(${u32(left.offset)}, ${u32(input)}, k * 4u)`;
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
let row = item * ${u32(ownRows)} + thread / ${u32(sharers)};
let own = min(row, ${u32(rows - 1)});
let start = ${u32(right.offset)} + own * ${u32(4 * blocksOf(layout))};
${each((input) => `var total${input} = 0.0f;`)}
for (var block = thread % ${u32(sharers)}; block < ${u32(blocksOf(layout))}; block += ${u32(sharers)}) {
  let words = ${words};
  let column = block * ${u32(blockColumns(layout))};
  let firstQuad = column >> 2u;
  let number = ${groupOf(layout, 'column')};
  let scale = ${weights.scale('own', 'number')};
${offset ? `  let offset = ${offset('own', 'number')};` : ''}
${each((input) => `  var sum${input} = 0.0f;`)}
  let places = ${places};
  for (var place = 0u; place < places; place++) {
    let shift = place * ${u32(layout.bits)};
    let numbers = ${offset ? `fma(${numbers}, vec4f(scale), vec4f(offset))` : numbers};
    let k = firstQuad + place;
${each((input) => `    sum${input} += dot(numbers, ${inputAt(input)});`)}
  }
${each((input) => `  total${input} ${offset ? `+= sum${input}` : `= fma(sum${input}, scale, total${input})`};`)}
}
${sharers > 1 ? addUp(shader, inputs, sharers) : ''}
if (row < ${u32(rows)}${sharers > 1 ? ` && thread % ${u32(sharers)} == 0u` : ''}) {
${each((input) => `  ${call('0u', u32(input), 'row', [`total${input}`])}`)}
}`;
  return retypeOperands(shader.finish(body, THREADS, workgroups), loaders);
}

/** Up to 32 invocations to a row, and as few as leave each two blocks. */
function sharersOf(blocks: number): number {
  return Math.min(32, Math.max(1, 2 ** Math.floor(Math.log2(blocks / 2))));
}

function addUp(shader: Shader, inputs: number, sharers: number): string {
  shader.declare(`var<workgroup> parts: array<f32, ${inputs * THREADS}>;`);
  const each = (line: (input: number) => string) =>
    Array.from({ length: inputs }, (_, input) => line(input)).join('\n');
  const at = (input: number) => `parts[${u32(input * THREADS)} + thread]`;
  return `${each((input) => `${at(input)} = total${input};`)}
workgroupBarrier();
for (var half = ${u32(sharers / 2)}; half > 0u; half >>= 1u) {
  if (thread % ${u32(sharers)} < half) {
${each((input) => `    parts[${u32(input * THREADS)} + thread] += parts[${u32(input * THREADS)} + thread + half];`)}
  }
  workgroupBarrier();
}
${each((input) => `total${input} = ${at(input)};`)}`;
}
