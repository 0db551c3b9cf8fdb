import { checkNewValue } from './check-new-value.ts';
import { detach } from './ops/detach.ts';
import type { Tensor } from './tensor.ts';
import { activeTrace } from './trace.ts';
import type { Variable } from './variable.ts';

/**
 * Gives a variable a value of its shape that may be of another dtype or on another device, and forgets its gradient.
 * Compiled functions that read the variable are traced anew. `Module.to` does it for a whole model.
 *
 * @throws RangeError if the shape differs. @throws Error for a quantized variable, or inside a compiled function
 */
export function become(variable: Variable, value: Tensor): void {
  checkNewValue('become', variable, value);
  if (activeTrace()) throw new Error('become: not inside a compiled function; do it before');
  variable.gradientNode = undefined;
  variable.replace(detach(value.node, variable.trainable));
}
