import type { MatmulKernel } from '@llm/tensor/backend';
import { type Epilogue, printEpilogue } from '../../print/epilogue.ts';
import type { Shader } from '../../print/shader.ts';
import { u32 } from '../wgsl.ts';
import type { Problem } from './problem.ts';

/**
 * What happens to the sums of a problem. Its rows may be several matrices' (see `fold`), and its rows and
 * columns the kernel's columns and rows (see `swap`).
 */
export type Output = Epilogue;

/** Declares an output in a shader over certain buffers. */
export type DeclareOutput = (shader: Shader, problem: Problem) => Output;

/**
 * Sums to a buffer of f32, row-major over matrices, rows and columns of the problem. With several ranges of
 * the inner axis, all matrices of the first come before those of the second.
 */
export const plainOutput =
  (buffer: number): DeclareOutput =>
  (shader, { rows, columns }) => {
    const name = shader.buffer(buffer);
    return {
      width: 1,
      call: (batch, row, column, [sum]) =>
        `${name}[(${batch} * ${u32(rows)} + ${row}) * ${u32(columns)} + ${column}] = ${sum};`,
    };
  };

/** Each sum goes through the kernel's epilogue, which must be one that `printEpilogue` can print. */
export const epilogueOutput =
  (kernel: MatmulKernel): DeclareOutput =>
  (shader, problem) => {
    const epilogue = printEpilogue(shader, kernel)!;
    const { swapped } = problem;
    const folded = (swapped ? problem.columns : problem.rows) / kernel.rows;
    return {
      width: epilogue.width,
      call: (batch, first, second, sums) => {
        const [row, column] = swapped ? [second, first] : [first, second];
        if (folded === 1) return epilogue.call(batch, row, column, sums);
        const matrix = `${batch} * ${u32(folded)} + (${row}) / ${u32(kernel.rows)}`;
        return epilogue.call(matrix, `(${row}) % ${u32(kernel.rows)}`, column, sums);
      },
    };
  };
