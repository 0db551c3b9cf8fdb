import type { Kernel, SingleKernel } from '@llm/tensor/backend';
import type { AdapterDescription } from '../adapter.ts';
import type { KernelPlan } from '../kernel.ts';
import type { PipelineCache } from '../pipelines.ts';

/** What was found right on the adapters of this process: by adapter, features and template. */
const passed = new Set<string>();

/**
 * Runs each template on small problems whose results are known, before its first use on an adapter: drivers
 * miscompile shaders, and a model that computes nonsense looks like a model that was trained badly.
 */
export class SelfCheck {
  /** What is being checked; by this device alone, since another may be lost meanwhile. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(
    readonly adapter: AdapterDescription,
    /** What tells devices apart for which other shaders are printed. */
    readonly variant: string,
    readonly print: (kernel: Kernel) => KernelPlan,
    readonly pipelines: PipelineCache,
  ) {}

  /**
   * Resolves when the templates of these kernels are known to be right, and rejects with a `SelfCheckError` where
   * one is not; undefined where nothing is left to check.
   */
  before(kernels: readonly SingleKernel[]): Promise<unknown> | undefined {
    const templates = new Set(kernels.map(templateOf));
    const checks = [...templates].flatMap((template) =>
      template === undefined || passed.has(this.#key(template)) ? [] : [this.#checked(template)],
    );
    if (checks.length === 0) return undefined;
    const all = Promise.all(checks);
    all.catch(() => {}); // reported by the run that waits for it
    return all;
  }

  #key(template: string): string {
    const { vendor, architecture, device, description } = this.adapter;
    return [vendor, architecture, device, description, this.variant, template].join('\n');
  }

  #checked(template: string): Promise<void> {
    const key = this.#key(template);
    let check = this.#running.get(key);
    if (!check) {
      check = this.#check(template)
        .then(() => void passed.add(key))
        .finally(() => this.#running.delete(key));
      this.#running.set(key, check);
    }
    return check;
  }

  async #check(template: string): Promise<void> {
    const [{ problems }, { runProblem }] = await Promise.all([
      import('./problems.ts'),
      import('./run-problem.ts'),
    ]);
    const { adapter, pipelines } = this;
    const name = adapter.description || adapter.device || adapter.vendor || 'this adapter';
    const runs = problems[template]!().map((problem) =>
      runProblem(problem, this.print(problem.kernel), pipelines, name),
    );
    await Promise.all(runs);
  }
}

/** The template that a kernel is printed by; undefined for elementwise loops and for shaders of the program's own. */
function templateOf(kernel: SingleKernel): string | undefined {
  if (kernel.kind === 'loop') return kernel.reduces ? 'rows' : undefined;
  if (kernel.kind === 'matmul') return kernel.right.quantized ? 'quantizedLinear' : 'matmul';

  const { operation } = kernel;
  if (operation === 'topk') return 'sort';
  return operation === 'wgsl' ? undefined : operation;
}
