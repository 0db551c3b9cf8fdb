import {
  contiguousStrides,
  type Instruction,
  type KernelBuffer,
  type LoopKernel,
  type MatmulKernel,
  type MatrixAccess,
  sizeOf,
} from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { affine, loadElement } from './access.ts';
import { type Epilogue, printEpilogue } from './epilogue.ts';
import { printElementwise } from './print-elementwise.ts';
import { PrologueRow } from './prologue.ts';
import { Shader } from './shader.ts';
import { decompose } from './values.ts';

/**
 * A matrix product of any layout, a thread per output: what runs where no template fits. Every thread walks
 * a row of the left and a column of the right side; neighbouring threads share the row.
 */
export function printMatmul(kernel: MatmulKernel, target: Target): KernelPlan {
  if (sizeOf([...kernel.batch, kernel.rows, kernel.columns]) === 0) return nothing;
  const shader = new Shader(kernel.name, kernel.buffers);
  const epilogue = printEpilogue(shader, kernel);
  if (epilogue) {
    return { steps: [printProduct(shader, kernel, epilogue, target)], scratchBytes: [] };
  }
  const { product, epilogue: loop, scratchBytes } = separateEpilogue(kernel);
  const plain = new Shader(product.name, product.buffers);
  const step = printProduct(plain, product, printEpilogue(plain, product)!, target);
  const rest = printElementwise(loop, target);
  return { steps: [step, ...rest.steps], scratchBytes: [...scratchBytes, ...rest.scratchBytes] };
}

function printProduct(
  shader: Shader,
  kernel: MatmulKernel,
  epilogue: Epilogue,
  target: Target,
): KernelStep {
  const { batch, rows, columns, inner, left, right, second } = kernel;
  const { width } = epilogue;
  const perRow = columns / width;
  const threads = sizeOf(batch) * rows * perRow;
  const workgroups = gridOf(Math.ceil(threads / 64), target);
  const lanes = Array.from({ length: width }, (_, lane) => lane);
  const operand = ({ buffer, offset, batchStrides, rowStride, columnStride }: MatrixAccess) => {
    const base = affine(
      offset,
      batchStrides,
      batch.map((_, axis) => `m${axis}`),
    );
    return {
      at: (row: string, column: string) => {
        const element = affine(0, [rowStride, columnStride], [row, column]);
        return `${base} + ${element}`;
      },
      load: (at: string) => loadElement(shader, buffer, at),
    };
  };
  const own = kernel.prologue && new PrologueRow(shader, kernel.prologue, 'line', 'left');
  const a = own ? undefined : operand(left);
  const products = [right, ...(second ? [second] : [])].map((access, product) => ({
    b: operand(access),
    name: product === 0 ? 'b' : 'c',
    sums: lanes.map((lane) => `sum${product * width + lane}`),
  }));
  const sums = products.flatMap((product) => product.sums);
  const columnsOf = lanes.map((lane) => (lane === 0 ? 'column' : `(column + ${lane})`));
  const leftElement = () => {
    if (a) return [`  let at_a = ${a.at('row', 'k')};`, `  let left = ${a.load('at_a')};`];
    const { lines, value } = own!.element('k');
    return [...lines, `let left = ${value};`].map((line) => `  ${line}`);
  };
  const body = [
    `// ${kernel.name}: [${rows}, ${inner}] by [${inner}, ${columns}], ${width === 1 ? 'an output' : `${width} outputs`} a thread`,
    `let item = (group.x + group.y * ${workgroups[0]}u) * 64u + thread;`,
    `if (item >= ${threads}u) { return; }`,
    `let column = i32(item % ${perRow}u) * ${width};`,
    `let row = i32(item / ${perRow}u % ${rows}u);`,
    `let matrix = item / ${perRow * rows}u;`,
    ...decompose('matrix', batch, 'm'),
    ...sums.map((sum) => `var ${sum} = 0.0;`),
    ...(own ? [`let line = i32(matrix) * ${rows} + row;`, ...own.reduce(), ...own.common()] : []),
    `for (var k = 0; k < ${inner}; k++) {`,
    ...leftElement(),
    ...products.flatMap(({ b, name, sums: own }) =>
      own.flatMap((sum, lane) => [
        `  let at_${name}${lane} = ${b.at('k', columnsOf[lane]!)};`,
        `  ${sum} = fma(left, ${b.load(`at_${name}${lane}`)}, ${sum});`,
      ]),
    ),
    '}',
    epilogue.call('matrix', 'u32(row)', 'u32(column)', sums),
  ];
  return shader.finish(body.join('\n'), 64, workgroups);
}

/** Two products with one epilogue as two: the second goes to scratch, and the first's epilogue reads it from there. */
export function separateSecond({ second, ...kernel }: MatmulKernel): {
  second: MatmulKernel;
  first: MatmulKernel;
  scratchBytes: readonly number[];
} {
  const axes = [...kernel.batch, kernel.rows, kernel.columns];
  const strides = contiguousStrides(axes);
  const size = sizeOf(axes);
  const scratch = kernel.buffers.length;
  const withScratch = (access: KernelBuffer['access']): KernelBuffer[] => [
    ...kernel.buffers,
    { dtype: 'f32', size, access },
  ];
  const load: Instruction = {
    op: 'load',
    access: { buffer: scratch, offset: 0, strides },
    type: 'f32',
  };
  return {
    second: {
      ...kernel,
      name: `${kernel.name} (second)`,
      right: second!,
      buffers: withScratch('write'),
      epilogue: [],
      stores: [{ value: 0, buffer: scratch, offset: 0, strides }],
    },
    first: {
      ...kernel,
      buffers: withScratch('read'),
      epilogue: kernel.epilogue.map((instruction) =>
        instruction.op === 'accumulator' && instruction.second ? load : instruction,
      ),
    },
    scratchBytes: [4 * size],
  };
}

/** Products whose sums go to scratch as they are, and the epilogue as a loop over them. */
export function separateEpilogue(kernel: MatmulKernel): {
  product: MatmulKernel;
  epilogue: LoopKernel;
  scratchBytes: readonly number[];
} {
  const { batch, rows, columns, buffers } = kernel;
  const axes = [...batch, rows, columns];
  const strides = contiguousStrides(axes);
  const size = sizeOf(axes);
  const first: Instruction = { op: 'accumulator', type: 'f32' };
  const sums = kernel.second ? [first, { ...first, second: true } as const] : [first];
  const scratch = (access: KernelBuffer['access']) =>
    sums.map((): KernelBuffer => ({ dtype: 'f32', size, access }));
  const load = (sum: number): Instruction => ({
    op: 'load',
    access: { buffer: buffers.length + sum, offset: 0, strides },
    type: 'f32',
  });
  const instructions = kernel.epilogue.map((instruction) =>
    instruction.op === 'accumulator' ? load(instruction.second ? 1 : 0) : instruction,
  );
  return {
    product: {
      ...kernel,
      name: `${kernel.name} (product)`,
      buffers: [...buffers, ...scratch('write')],
      epilogue: sums,
      stores: sums.map((_, sum) => ({
        value: sum,
        buffer: buffers.length + sum,
        offset: 0,
        strides,
      })),
    },
    epilogue: {
      kind: 'loop',
      name: `${kernel.name} (epilogue)`,
      buffers: [...buffers, ...scratch('read')],
      axes,
      reduces: false,
      instructions: instructions.length === 0 ? [load(0)] : instructions,
      stores: kernel.stores,
    },
    scratchBytes: sums.map(() => 4 * size),
  };
}
