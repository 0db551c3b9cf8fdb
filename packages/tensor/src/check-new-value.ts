import { format, sameShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/** Refuses what no variable can be given. */
export function checkNewValue(operation: string, variable: Variable, { shape }: Tensor): void {
  const name = variable.name || '(unnamed)';
  if (variable.quantized) {
    throw new Error(
      `${operation}: variable ${name} is quantized; call quantize() with other codes, or make a new variable`,
    );
  }
  if (sameShape(shape, variable.shape)) return;
  throw new RangeError(
    `${operation}: variable ${name} has shape ${format(variable.shape)}, got ${format(shape)}`,
  );
}
