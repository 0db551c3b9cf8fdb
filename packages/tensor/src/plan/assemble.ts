import type { Plan, PlanBuffer, PlanRepeat, PlanStep } from '../backend/interface.ts';
import { type BufferValue, type EmittedKernel, scalarCapacity } from '../fuse/emitted.ts';
import type { Vertex } from '../fuse/vertex.ts';
import type { Node } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { copyKernel } from './copy-kernel.ts';
import type { Binding } from './lowered.ts';
import type { Lifetime } from './memory.ts';
import { bytesOf, keyOf, type Place } from './place.ts';
import type { EmittedRepeat } from './repeat.ts';

/** A value that goes to a second place as well. */
export interface Copy {
  readonly from: Vertex;
  readonly output: number;
  readonly to: { readonly variable: Node } | { readonly fresh: number };
}

/** Numbers the plan's buffers and bindings. */
export class Assembler {
  readonly bindings: Binding[] = [];
  readonly #buffers: PlanBuffer[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #steps: PlanStep[] = [];
  readonly #repeats: PlanRepeat[] = [];

  constructor(
    readonly places: ReadonlyMap<string, Place>,
    readonly lifetimes: readonly Lifetime[],
    readonly offsets: readonly number[],
    readonly freshBytes: readonly number[],
  ) {}

  /** Appends a kernel. */
  step({ kernel, values, scope }: EmittedKernel, scratch: readonly number[]): void {
    this.#steps.push({
      kernel,
      buffers: values.map((value) => this.#number(value)),
      scratch: scratch.map((lifetime) => this.#inArena(lifetime)),
      scope,
    });
  }

  /** Appends the steps of a scan: the first state is copied to where the state lives, then the body repeated. */
  repeat({ repeat, values, scope }: EmittedRepeat, scratch: readonly number[]): void {
    const { body, bindings, count } = repeat;
    const locals = values.map((value) => this.#number(value));
    for (const { from, to, dtype, size } of repeat.carries) {
      if (size === 0) continue;
      const buffers = [locals[from]!, locals[to]!];
      this.#steps.push({ kernel: copyKernel(dtype, size), buffers, scratch: [], scope });
    }
    const arena = scratch.length > 0 ? this.offsets[scratch[0]!]! : 0;
    const numbers = body.plan.buffers.map((buffer, i) => {
      if (buffer.kind === 'binding') return locals[bindings[buffer.index]!.local]!;
      const key = `arena ${scratch[0]} ${i}`;
      return this.#buffer(key, { ...buffer, offset: arena + buffer.offset });
    });
    const partOf = (position: number) => {
      const buffer = body.plan.buffers[position]!;
      return buffer.kind === 'binding' ? bindings[buffer.index]!.part : undefined;
    };
    const first = this.#steps.length;
    for (const step of body.plan.steps) {
      this.#steps.push({
        kernel: step.kernel,
        buffers: step.buffers.map((position) => numbers[position]!),
        parts: step.buffers.map(partOf),
        scratch: step.scratch.map((position) => numbers[position]!),
        scope: step.scope,
      });
    }
    const end = this.#steps.length;
    if (end > first) this.#repeats.push({ first, end, count });
  }

  /** Appends a copy of a value to a variable or an output. */
  copy({ from, output, to }: Copy): void {
    const spec = from.outputs[output]!;
    const size = sizeOf(spec.shape);
    if (size === 0) return;
    const buffers = [
      this.#number({ kind: 'output', vertex: from, output }),
      'fresh' in to ? this.#fresh(to.fresh) : this.#leaf(to.variable, bytesOf(from, output)),
    ];
    const kernel = copyKernel(spec.dtype, size);
    const { scope } = 'fresh' in to ? from : to.variable;
    this.#steps.push({ kernel, buffers, scratch: [], scope });
  }

  /** The plan of what was appended. */
  plan(arenaBytes: number): Plan {
    return {
      steps: this.#steps,
      ...(this.#repeats.length > 0 && { repeats: this.#repeats }),
      buffers: this.#buffers,
      bindings: this.bindings.length,
      arenaBytes,
    };
  }

  #number(value: BufferValue): number {
    if (value.kind === 'scalars')
      return this.#binding('scalars', { kind: 'scalars' }, 4 * scalarCapacity);
    const { vertex, output } = value;
    if (vertex.kind === 'leaf') return this.#leaf(vertex.node!, bytesOf(vertex, output));
    const place = this.places.get(keyOf(vertex, output))!;
    if ('variable' in place) return this.#leaf(place.variable, bytesOf(vertex, output));
    return 'fresh' in place ? this.#fresh(place.fresh) : this.#inArena(place.arena);
  }

  #leaf(node: Node, bytes: number): number {
    return this.#binding(`leaf ${node.id}`, { kind: 'leaf', node }, bytes);
  }

  #fresh(index: number): number {
    return this.#binding(`fresh ${index}`, { kind: 'output', index }, this.freshBytes[index]!);
  }

  #inArena(lifetime: number): number {
    const { bytes } = this.lifetimes[lifetime]!;
    return this.#buffer(`arena ${lifetime}`, {
      kind: 'arena',
      offset: this.offsets[lifetime]!,
      bytes,
    });
  }

  #binding(key: string, binding: Binding, bytes: number): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.bindings.push(binding);
    return this.#buffer(key, { kind: 'binding', index: this.bindings.length - 1, bytes });
  }

  #buffer(key: string, buffer: PlanBuffer): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#buffers.push(buffer);
    this.#numbers.set(key, this.#buffers.length - 1);
    return this.#buffers.length - 1;
  }
}
