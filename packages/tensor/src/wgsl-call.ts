import type { Op } from './graph.ts';
import { operationKey } from './key.ts';
import type { WgslContext, WgslKernel } from './wgsl-kernel.ts';

/** Name under which backends are asked for kernels of one's own in WGSL; its attributes are a `WgslCall`. */
export const wgslOperation = 'wgsl';

/** What a backend needs to run a kernel of one's own: attributes of a coarse kernel. */
export class WgslCall<Attributes = unknown> {
  constructor(
    readonly op: Op<Attributes>,
    readonly kernel: WgslKernel<Attributes>,
    readonly context: WgslContext<Attributes>,
  ) {}

  /** Shown in errors and profiles. */
  get name(): string {
    return this.op.name;
  }

  /** What tells two calls apart, besides their tensors: which operation, and its attributes. */
  toJSON(): unknown {
    return [operationKey(this.op as Op), this.context.attributes];
  }
}
