import { dot, loadFloat, loadQuad, quadType, u32 } from '../wgsl.ts';
import { type Direction, directionOf, type Operand } from './problem.ts';
import { quantizedQuad, type WeightReader } from './weights.ts';

/** How a shader reads an operand. */
export interface OperandLoader {
  readonly operand: Operand;
  /** The buffer's variable. */
  readonly buffer: string;
  /** Number of lines. */
  readonly extent: number;
  readonly inner: number;
  /** Whether the buffer is declared as words of four; see `isAligned`. */
  readonly aligned: boolean;
  /** Present where the operand is quantized. */
  readonly weights?: WeightReader | undefined;
}

/** Position of a matrix in its buffer, from the numbers of the batch dimensions. */
export const baseOf = ({ operand }: OperandLoader, batch: readonly string[]): string =>
  `${u32(operand.offset)} + ${dot(batch, operand.batchStrides)}`;

/** The type of an operand's buffer where four of its words are read at once. */
export const wideType = ({ operand }: OperandLoader): string =>
  operand.quantized ? 'array<vec4<i32>>' : quadType(operand.dtype);

/** The direction in which `quadFunction` reads. */
export const loadDirection = ({ operand }: OperandLoader): Direction => directionOf(operand);

/**
 * A function `name(base, line, k) -> vec4f`: four elements along the operand's direction, from a line and
 * a `k`, whichever runs along it a multiple of 4. Beyond the inner size elements are 0; beyond the last line
 * they are the last line's or another's, never outside the buffer.
 */
export function quadFunction(name: string, loader: OperandLoader): string {
  const { operand, buffer, extent, inner, aligned } = loader;
  if (loader.weights) return quantizedQuad(name, loader, loader.weights);
  const { dtype, lineStride, innerStride } = operand;
  const along = directionOf(operand);
  if (aligned) {
    const last = along === 'lines' ? extent - 4 : extent - 1;
    const index = `(base + ${dot(['row', 'k'], [lineStride, innerStride])}) >> 2u`;
    return `fn ${name}(base: u32, line: u32, k: u32) -> vec4f {
  if (k >= ${u32(inner)}) { return vec4f(); }
  let row = min(line, ${u32(last)});
  let quad = ${index};
  return ${loadQuad(buffer, dtype, 'quad')};
}`;
  }
  const element = [0, 1, 2, 3].map((i) =>
    along === 'lines' ? `${name}At(base, line + ${i}u, k)` : `${name}At(base, line, k + ${i}u)`,
  );
  return `fn ${name}At(base: u32, line: u32, k: u32) -> f32 {
  if (k >= ${u32(inner)}) { return 0.0; }
  let row = min(line, ${u32(extent - 1)});
  let at = base + ${dot(['row', 'k'], [lineStride, innerStride])};
  return ${loadFloat(buffer, dtype, 'at')};
}

fn ${name}(base: u32, line: u32, k: u32) -> vec4f {
  return vec4f(${element.join(', ')});
}`;
}
