import type { Plan, Program as TensorProgram } from '@llm/tensor/backend';
import type { KernelPlan, Target } from './kernel.ts';
import type { Allocation } from './memory.ts';
import type { PipelineCache } from './pipelines.ts';
import { Replay } from './replay.ts';

/** A plan with its shaders, bind groups and places in the arena. */
export class WebGpuProgram implements TensorProgram {
  readonly #replays = new Map<string, Replay>();
  /** Bindings that some dispatch writes, each with those that it reads or writes besides. */
  readonly #mustDiffer: readonly (readonly [written: number, other: number])[];
  isDisposed = false;
  /** Resolves when its templates are known to be right on this adapter; undefined where nothing is left to check. */
  checked: Promise<unknown> | undefined;

  constructor(
    readonly plan: Plan,
    readonly print: (step: number) => KernelPlan,
    readonly pipelines: PipelineCache,
    readonly target: Target,
    readonly onDispose: () => void,
  ) {
    this.#mustDiffer = plan.steps.flatMap(({ kernel, buffers }) => {
      const bound = buffers.map((position) => plan.buffers[position]!);
      return bound.flatMap((written, i): [number, number][] => {
        if (kernel.buffers[i]!.access !== 'write' || written.kind !== 'binding') return [];
        return bound.flatMap((other): [number, number][] =>
          other.kind === 'binding' && other.index !== written.index
            ? [[written.index, other.index]]
            : [],
        );
      });
    });
    this.#replay('', (binding) => binding); // compile now
  }

  /** What to encode for these buffers. Where two bindings are one buffer, shaders see it once. */
  replayFor(bindings: readonly Allocation[]): Replay {
    const clash = this.#mustDiffer.some(([a, b]) => bindings[a] === bindings[b]);
    if (!clash) return this.#replay('', (binding) => binding);
    const same = bindings.map((allocation) => bindings.indexOf(allocation));
    return this.#replay(same.join(), (binding) => same[binding]!);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#replays.clear();
    this.onDispose();
  }

  #replay(key: string, same: (binding: number) => number): Replay {
    let replay = this.#replays.get(key);
    if (!replay) {
      const { plan, print, pipelines, target } = this;
      replay = new Replay(plan, print, pipelines, target, same);
      this.#replays.set(key, replay);
    }
    return replay;
  }
}
