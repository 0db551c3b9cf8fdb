/**
 * One trace of a function: what it read, wrote and drew while it was recorded, and its replay.
 *
 * @module
 */
import type { CompiledGraph, Device, GraphValues, PlanMemory } from './device.ts';
import { noteRealized } from './disposal.ts';
import type { Node, Storage } from './graph.ts';
import { leaf } from './graph.ts';
import { detach } from './ops/detach.ts';
import * as leaves from './ops/leaf.ts';
import type { KernelProfile } from './profile.ts';
import { prepareNodes } from './runtime.ts';
import { Tensor } from './tensor.ts';
import { type DrawCounter, type Trace, withTrace } from './trace.ts';
import { isPlain, mapTensors, tensorsOf } from './tree.ts';
import type { Variable } from './variable.ts';

/** A traced call: what it computes, and the values that it reads. */
export interface TracedGraph {
  /** Results, then new values of variables. */
  readonly outputs: readonly Node[];
  readonly values: ReadonlyMap<Node, ArrayLike<number>>;
}

/**
 * Buffers that belong to one variable alone. Others may be the buffer of the tensor that the variable was made
 * from, or of a second variable with the same initial value.
 */
const holders = new WeakMap<Storage, Variable>();

/** One trace and its compiled graph. */
export class TracedProgram implements Trace {
  readonly #reads = new Map<Variable, { leaf: Node; value: Node }>();
  readonly #gradients = new Map<object, Node | undefined>();
  readonly #draws = new Map<DrawCounter, { seed: Node; position: Node; count: number }>();
  readonly #guards: { read: () => unknown; value: unknown }[] = [];
  readonly #inputs: Node[] = [];
  readonly #numbers: Node[] = [];
  readonly #result: unknown;
  readonly #graph: CompiledGraph;
  readonly #variableOf = new Map<Node, Variable>();
  readonly #inputOf = new Map<Node, number>();
  readonly #scalarOf = new Map<Node, (numbers: readonly number[]) => number>();
  readonly #constants = new Map<Node, Storage>();
  #values: { inputs: readonly Storage[]; numbers: readonly number[] } = {
    inputs: [],
    numbers: [],
  };

  constructor(
    readonly device: Device,
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
  ) {
    const placeholders = args.map((arg) => this.#placeholder(arg));
    this.#result = withTrace(this, () => fn(...(placeholders as never[])));
    if (this.#result instanceof Promise) {
      this.#result.catch(() => {}); // what it waits for is told below
      throw new TypeError(
        'compile: the function returned a promise; a compiled function is synchronous',
      );
    }
    const assigns = [...this.#reads.values()]
      .filter(({ leaf, value }) => leaf !== value)
      .map(({ leaf, value }) => ({ variable: leaf, value }));
    const outputs = tensorsOf(this.#result).map(({ node }) => node);
    for (const [variable, { leaf }] of this.#reads) this.#variableOf.set(leaf, variable);
    for (const [generator, { seed, position }] of this.#draws) {
      this.#scalarOf.set(seed, () => generator.seed);
      this.#scalarOf.set(position, () => generator.position >>> 0);
    }
    this.#graph = device.compile({ outputs, assigns });
    this.#gradients.clear();
  }

  /** Whether everything outside that the trace depended on is as it was. */
  holds(): boolean {
    return this.#guards.every(({ read, value }) => Object.is(read(), value));
  }

  /** Computes what the arguments and variables still lack. */
  async prepare(args: readonly unknown[]): Promise<void> {
    const nodes = tensorsOf(args).map(({ node }) => node);
    for (const variable of this.#reads.keys()) nodes.push(variable.current);
    const missing = nodes.filter((node) => !node.storage);
    if (missing.length > 0) await prepareNodes(missing);
  }

  run(args: readonly unknown[]): unknown {
    return this.#results(this.#graph.run(this.#bind(args)).outputs);
  }

  /** As `run`, for the times of the kernels. */
  profile(args: readonly unknown[]): { kernels: Promise<KernelProfile[]> } {
    const { outputs, kernels } = this.#graph.profile(this.#bind(args));
    this.#results(outputs);
    return { kernels };
  }

  /** What a run reads, with variables that it writes in buffers of their own. */
  #bind(args: readonly unknown[]): GraphValues {
    const numbers: number[] = [];
    collectNumbers(args, numbers);
    // An argument that is a variable keeps the buffer it has now: the separated variable is written beside it.
    this.#values = { inputs: tensorsOf(args).map(({ node }) => node.storage!), numbers };
    for (const [variable, { leaf, value }] of this.#reads) {
      const owned = holders.get(variable.current.storage!) === variable;
      if (leaf !== value && (variable.exposed || !owned)) this.#separate(variable);
    }
    return {
      storage: (node) => this.#storage(node),
      scalar: (node) =>
        this.#scalarOf.get(node)?.(numbers) ?? (node.attributes as { value: number }).value,
    };
  }

  /** The function's result, its tensors made of what a run put out; draws are counted. */
  #results(outputs: readonly Storage[]): unknown {
    for (const [generator, { count }] of this.#draws) generator.position += count;
    let next = 0;
    return mapTensors(this.#result, (tensor) => {
      const node = leaf(
        leaves.input,
        { index: next },
        { shape: tensor.shape, dtype: tensor.dtype },
      );
      node.storage = outputs[next++]!;
      noteRealized([node]);
      return new Tensor(node);
    });
  }

  /** The graph with the values that its leaves have for these arguments. */
  async traced(args: readonly unknown[]): Promise<TracedGraph> {
    const numbers: number[] = [];
    collectNumbers(args, numbers);
    const tensors = tensorsOf(args);
    const values = new Map<Node, ArrayLike<number>>();
    for (const [node, index] of this.#inputOf) values.set(node, await tensors[index]!.data());
    for (const [variable, { leaf: node }] of this.#reads) {
      values.set(node, await new Tensor(variable.current).data());
    }
    for (const [node, read] of this.#scalarOf) values.set(node, [read(numbers)]);
    const results = tensorsOf(this.#result).map(({ node }) => node);
    const assigned = [...this.#reads.values()].map(({ value }) => value);
    return { outputs: [...results, ...assigned], values };
  }

  explain(): string {
    return this.#graph.explain();
  }

  memory(): PlanMemory {
    return this.#graph.memory();
  }

  dispose(): void {
    this.#graph.dispose();
  }

  read(variable: object, current: Node): Node {
    const known = this.#reads.get(variable as Variable);
    if (known) return known.value;
    const trainable = this.guard(() => (variable as Variable).trainable);
    this.guard(() => (variable as Variable).dtype);
    const node = leaf(leaves.variable, { variable }, current, { differentiable: trainable });
    this.#reads.set(variable as Variable, { leaf: node, value: node });
    return node;
  }

  assign(variable: object, value: Node): void {
    this.read(variable, (variable as Variable).current);
    this.#reads.get(variable as Variable)!.value = value;
  }

  gradient(variable: object): Node | undefined {
    return this.#gradients.get(variable);
  }

  setGradient(variable: object, gradient: Node | undefined): void {
    this.#gradients.set(variable, gradient);
  }

  draw(generator: DrawCounter, count: number): { seed: Node; position: Node; index: number } {
    let entry = this.#draws.get(generator);
    if (!entry) {
      const [seed, position] = [leaves.hostScalar(0, 'u32'), leaves.hostScalar(0, 'u32')];
      entry = { seed, position, count: 0 };
      this.#draws.set(generator, entry);
    }
    const index = entry.count;
    entry.count += count;
    return { seed: entry.seed, position: entry.position, index };
  }

  guard<T>(read: () => T): T {
    const value = read();
    this.#guards.push({ read, value });
    return value;
  }

  #placeholder(arg: unknown): unknown {
    if (arg instanceof Tensor) {
      const index = this.#inputs.length;
      const node = leaf(leaves.input, { index }, { shape: arg.shape, dtype: arg.dtype });
      this.#inputs.push(node);
      this.#inputOf.set(node, index);
      return new Tensor(node);
    }
    if (typeof arg === 'number') {
      const index = this.#numbers.length;
      const node = leaves.hostScalar(arg, 'f32');
      this.#numbers.push(node);
      this.#scalarOf.set(node, (numbers) => numbers[index]!);
      return new Tensor(node);
    }
    if (Array.isArray(arg)) return arg.map((part) => this.#placeholder(part));
    if (isPlain(arg)) {
      return Object.fromEntries(Object.keys(arg).map((key) => [key, this.#placeholder(arg[key])]));
    }
    return arg;
  }

  #storage(node: Node): Storage {
    const input = this.#inputOf.get(node);
    if (input !== undefined) return this.#values.inputs[input]!;
    const variable = this.#variableOf.get(node);
    if (variable) return variable.current.storage!;
    if (node.storage) return node.storage;
    const known = this.#constants.get(node);
    if (known) return known;
    const { bytes } = node.attributes as { bytes: Uint8Array };
    const storage = this.device.upload(bytes, node.scope || 'constant');
    this.#constants.set(node, storage);
    return storage;
  }

  /** Gives a variable whose buffer something else may read a buffer of its own before it is overwritten. */
  #separate(variable: Variable): void {
    const { current } = variable;
    const node = detach(current, variable.trainable);
    node.storage = this.device.copy(current.storage!);
    node.inputs = [];
    holders.set(node.storage, variable);
    variable.commit(node);
  }
}

function collectNumbers(value: unknown, into: number[]): void {
  if (typeof value === 'number') into.push(value);
  else if (Array.isArray(value)) for (const part of value) collectNumbers(part, into);
  else if (isPlain(value)) for (const key of Object.keys(value)) collectNumbers(value[key], into);
}
