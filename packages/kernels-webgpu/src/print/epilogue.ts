import { type KernelBuffer, type MatmulKernel, type Store, sizeOf } from '@llm/tensor/backend';
import { affine, storeElements } from './access.ts';
import { elementsPerWord, indent, type Shader } from './shader.ts';
import { decompose, type Lane, Values } from './values.ts';

/** What a product does with its sums, for templates to call. */
export interface Epilogue {
  /**
   * Neighbouring columns that a call takes, from a column that is a multiple: what makes whole words of every
   * output. The number of columns is a multiple too.
   */
  readonly width: 1 | 2 | 4;
  /**
   * A statement that finishes and stores `width` sums, followed by as many of the second product if there is one.
   *
   * @param batch the number of the matrix in the batch, u32
   * @param row u32, less than the kernel's rows
   * @param column u32, the first one's, less than the kernel's columns
   * @param sums f32 expressions
   */
  call(batch: string, row: string, column: string, sums: readonly string[]): string;
}

/**
 * Prints a product's epilogue as a function of the shader (over the kernel's buffers), or gives undefined
 * where its packed outputs cannot be stored along columns: then the sums go to scratch, and a loop follows
 * (see `separateEpilogue`).
 */
export function printEpilogue(shader: Shader, kernel: MatmulKernel): Epilogue | undefined {
  const { batch, rows, columns, buffers } = kernel;
  const width = widthOf(kernel);
  if (width === undefined) return undefined;
  const axes = [...batch, rows, columns];
  const last = axes.length - 1;
  const sums = Array.from({ length: width }, (_, lane) => `sum${lane}`);
  const seconds = kernel.second ? sums.map((_, lane) => `second${lane}`) : [];
  const words = new Map<string, string>();
  const indices = axes.map((_, axis) =>
    axis === last - 1 ? 'i' : axis === last ? 'j' : `b${axis}`,
  );
  const instructions = kernel.epilogue;
  const lanes = sums.map((sum, number) => {
    const lane: Lane = { axis: last, number, count: width, words };
    const values = new Values(shader, instructions, {
      indices: number === 0 ? indices : indices.with(last, `(j + ${number})`),
      suffix: `_${number}`,
      lane,
    });
    instructions.forEach((instruction, position) => {
      if (instruction.op !== 'accumulator') return;
      values.define(position, instruction.second ? seconds[number]! : sum);
    });
    return values;
  });
  const stores = kernel.stores.flatMap((store) => {
    const type = instructions[store.value]?.type ?? 'f32';
    // Without instructions the sum itself is stored.
    const names = lanes.map((lane, number) =>
      instructions.length === 0 ? sums[number]! : lane.value(store.value),
    );
    const element = affine(store.offset, store.strides, indices);
    if (isPacked(buffers, store)) return storeElements(shader, store.buffer, element, type, names);
    return names.flatMap((name, lane) => {
      const at = affine(store.offset, store.strides, lanes[lane]!.scope.indices);
      return storeElements(shader, store.buffer, at, type, [name]);
    });
  });
  const matrices = sizeOf(batch);
  const body = [
    'let i = i32(row);',
    'let j = i32(column);',
    ...(batch.length > 0 && matrices > 1
      ? decompose('matrix', batch, 'b')
      : batch.map((_, axis) => `let b${axis} = 0;`)),
    ...lanes.flatMap((lane) => lane.take()),
    ...stores,
  ];
  const parameters = [
    'matrix: u32',
    'row: u32',
    'column: u32',
    ...[...sums, ...seconds].map((sum) => `${sum}: f32`),
  ];
  shader.declare(`// The product's epilogue, on ${width === 1 ? 'one element' : `${width} neighbouring columns`}.
fn finish(${parameters.join(', ')}) {
${indent(body.join('\n'))}
}`);
  return {
    width,
    call: (matrix, row, column, values) =>
      `finish(${[matrix, row, column, ...values].join(', ')});`,
  };
}

function widthOf(kernel: MatmulKernel): 1 | 2 | 4 | undefined {
  const { buffers, stores, columns, batch, rows } = kernel;
  const axes = [...batch, rows, columns];
  const perWord = (store: Store) => elementsPerWord(buffers[store.buffer]!.dtype);
  const width = stores.reduce<1 | 2 | 4>((most, store) => {
    const own = perWord(store);
    return own > most ? own : most;
  }, 1);
  const fits = stores.every((store) => {
    if (perWord(store) === 1) return true;
    const [along, ...others] = [...store.strides].reverse();
    const apart = others.every((stride, i) => axes.at(-2 - i) === 1 || stride % width === 0);
    return along === 1 && apart && store.offset % width === 0;
  });
  return fits && columns % width === 0 ? width : undefined;
}

function isPacked(buffers: readonly KernelBuffer[], store: Store): boolean {
  return elementsPerWord(buffers[store.buffer]!.dtype) > 1;
}
