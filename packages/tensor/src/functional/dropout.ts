import { dropout as dropoutOf } from '../ops/dropout.ts';
import { checkOptions } from '../ops/options.ts';
import { defaultGenerator, type Generator } from '../random.ts';
import { Tensor } from '../tensor.ts';

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Whether anything is dropped. Default true. */
  readonly training?: boolean;
  /** Where the random numbers come from. Default: the default generator. */
  readonly generator?: Generator;
}

/** Each element is 0 with probability `p`, else x / (1 − p), so that the expected value is x. */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkOptions('dropout', options, ['training', 'generator']);
  const { training = true, generator = defaultGenerator() } = options;
  return training && p !== 0 ? new Tensor(dropoutOf(x.node, p, generator.next())) : x;
}
