import { type Kernel, kernelKey } from '@llm/tensor/backend';
import type { KernelPlan, Target } from '../kernel.ts';
import { printKernel } from './print.ts';

/** Printed kernels that are kept for other plans. */
const limit = 4096;

/** Prints kernels for a device, equal ones once. */
export class PrintedKernels {
  /** In order of last use. */
  readonly #plans = new Map<string, KernelPlan>();

  constructor(readonly target: Target) {}

  /** @see printKernel */
  of(kernel: Kernel): KernelPlan {
    const key = kernelKey(kernel);
    let plan = this.#plans.get(key);
    if (plan) this.#plans.delete(key);
    else plan = printKernel(kernel, this.target);
    this.#plans.set(key, plan);
    if (this.#plans.size > limit) this.#plans.delete(this.#plans.keys().next().value!);
    return plan;
  }
}
