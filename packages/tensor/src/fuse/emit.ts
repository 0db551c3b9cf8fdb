/**
 * Turns a group of vertices into a kernel.
 *
 * @module
 */
import { computeType, type DType } from '../dtype.ts';
import type {
  Access,
  BinaryOperator,
  Bound,
  ComputeType,
  LoopKernel,
  MatmulKernel,
  MatrixAccess,
  QuantizedOperand,
  ReduceOperator,
  Store,
  UnaryOperator,
} from '../ir/kernel.ts';
import type { QuantizedLayout } from '../ir/quantized.ts';
import { contiguousStrides } from '../shape.ts';
import { collapse } from './collapse.ts';
import { emitCoarse } from './emit-coarse.ts';
import { BufferTable, type EmittedKernel } from './emitted.ts';
import { type Group, indexSteps, type Path } from './group.ts';
import { InstructionList } from './instructions.ts';
import { type Edge, type Vertex, viewOf } from './vertex.ts';
import { follow, View } from './view.ts';

export { scalarCapacity } from './emitted.ts';

/** What the emitter asks of the plan. */
interface PlanContext {
  /** Whether other kernels or the caller read the vertex. */
  isStored(vertex: Vertex): boolean;
  /** The place of a host scalar among the plan's scalars. */
  scalarSlot(vertex: Vertex): number;
}

/** Writes the kernel of a group. */
export function emit(group: Group, context: PlanContext): EmittedKernel {
  if (group.host?.kind === 'coarse') return emitCoarse(group.host);
  return new Emitter(group, context).run();
}

class Emitter {
  readonly #table = new BufferTable();
  readonly #list = new InstructionList();
  readonly #done = new Map<string, number>();

  constructor(
    readonly group: Group,
    readonly context: PlanContext,
  ) {}

  run(): EmittedKernel {
    const { group } = this;
    const stored = [...group.members].filter(([vertex]) => this.context.isStored(vertex));
    const operands = group.host && this.#matrices(group.host);
    const second = group.partner && this.#matrices(group.partner)[1];
    const stores = stored.map(([vertex, paths]) => this.#store(vertex, paths));
    const name = nameOf(group);
    const kernel = operands
      ? this.#matmul(name, operands, second, stores)
      : this.#loop(name, stores);
    const newest = stored.reduce((a, b) => (a[0].id > b[0].id ? a : b))[0];
    return { kernel, values: this.#table.values, scope: newest.scope };
  }

  #loop(name: string, stores: readonly Store[]): LoopKernel {
    const { group } = this;
    const needed = group.reduces ? 2 : 1;
    const missing = Math.max(0, needed - group.space.length);
    const axes = [...new Array<number>(missing).fill(1), ...group.space];
    const pad = (strides: readonly number[]) => [...new Array<number>(missing).fill(0), ...strides];
    const instructions = this.#list.items.map((instruction) => {
      if (missing === 0) return instruction;
      if (instruction.op === 'index') return { ...instruction, strides: pad(instruction.strides) };
      if (instruction.op !== 'load') return instruction;
      const { access } = instruction;
      const bounds = access.bounds?.map((bound) => ({ ...bound, axis: bound.axis + missing }));
      return {
        ...instruction,
        access: { ...access, strides: pad(access.strides), ...(bounds && { bounds }) },
      };
    });
    const padded = stores.map((store) => ({ ...store, strides: pad(store.strides) }));
    return {
      kind: 'loop',
      name,
      buffers: this.#table.buffers,
      ...collapse({ axes, reduces: group.reduces, instructions, stores: padded }),
    };
  }

  #matmul(
    name: string,
    operands: [MatrixAccess, MatrixAccess],
    second: MatrixAccess | undefined,
    stores: readonly Store[],
  ): MatmulKernel {
    const { host, space } = this.group;
    const [left, right] = operands;
    return {
      kind: 'matmul',
      name,
      buffers: this.#table.buffers,
      batch: space.slice(0, -2),
      rows: space[space.length - 2]!,
      columns: space[space.length - 1]!,
      inner: host!.inputs[0]!.shape.at(-1)!,
      left,
      right,
      ...(second && { second }),
      epilogue: this.#list.items,
      stores,
    };
  }

  #matrices(host: Vertex): [MatrixAccess, MatrixAccess] {
    const batch = host.shape.slice(0, -2);
    const [x, weight, ...parts] = host.inputs as [Edge, Edge, ...Edge[]];
    const access = (edge: Edge): MatrixAccess => {
      const view = viewOf(edge);
      const rank = view.shape.length;
      return {
        buffer: this.#table.local(edge.source, edge.output, 'read'),
        offset: view.offset,
        batchStrides: batch.map((_, axis) => (view.shape[axis] === 1 ? 0 : view.strides[axis]!)),
        rowStride: view.strides[rank - 2]!,
        columnStride: view.strides[rank - 1]!,
      };
    };
    const operands: [MatrixAccess, MatrixAccess] = [access(x), access(weight)];
    if (parts.length === 0) return operands;
    const [left, { rowStride, columnStride, ...codes }] = operands;
    const [scales, offsets] = parts.map(({ source, output }) =>
      this.#table.local(source, output, 'read'),
    );
    const quantized: QuantizedOperand = {
      layout: host.attributes as QuantizedLayout,
      scales: scales!,
      ...(offsets !== undefined && { offsets }),
    };
    // A row of codes is a column of the operand.
    return [left, { ...codes, rowStride: columnStride, columnStride: rowStride, quantized }];
  }

  #store(vertex: Vertex, paths: readonly Path[]): Store {
    if (vertex === this.group.slice) return this.#scatter(vertex, paths);
    const path = paths.find((candidate) => this.group.level(vertex.shape, candidate) !== 'other');
    if (!path)
      throw new Error(`internal: ${vertex.name} cannot be stored by the kernel that computes it`);
    const view = this.group.view(vertex.shape, path)!;
    return {
      value: this.#value(vertex, path),
      buffer: this.#table.local(vertex, 0, 'write'),
      offset: 0,
      strides: this.#moving(view),
    };
  }

  /** A slice's element, at its position in the variable that the slice is a part of. */
  #scatter(vertex: Vertex, paths: readonly Path[]): Store {
    const { axis } = vertex.attributes as { axis: number };
    const [update, start] = this.group.readsOf(vertex, paths);
    const { across, along } = this.group.slicePlaces()!;
    const left = this.#read(start!.edge, start!.path);
    const right = this.#list.add({ op: 'index', offset: 0, strides: along.strides, type: 'i32' });
    const index = this.#list.add({ op: 'binary', operator: 'add', left, right, type: 'i32' });
    return {
      value: this.#read(update!.edge, update!.path),
      buffer: this.#table.local(vertex, 0, 'write'),
      offset: 0,
      strides: this.#moving(across),
      scatter: { index, size: vertex.shape[axis]!, stride: contiguousStrides(vertex.shape)[axis]! },
    };
  }

  /** A view's strides, 0 along axes of one position. */
  #moving({ strides }: View): number[] {
    return strides.map((stride, axis) => (this.group.space[axis] === 1 ? 0 : stride));
  }

  /** The value of an edge at a point of the index space. */
  #read(edge: Edge, path: Path): number {
    const whole = [...edge.steps, ...path];
    if (this.group.members.has(edge.source)) return this.#value(edge.source, whole);
    const view = this.group.read(edge, path);
    if (!view)
      throw new Error(`internal: the index path from ${edge.source.name} cannot be expressed`);
    const { dtype } = edge.source.outputs[edge.output]!;
    if (edge.source.name === 'scalar') {
      const offset = view.offset + this.context.scalarSlot(edge.source);
      const access = { ...accessOf(view, this.#table.scalars(dtype)), offset };
      return this.#list.load(access, computeType(dtype));
    }
    const buffer = this.#table.local(edge.source, edge.output, 'read');
    return this.#list.load(accessOf(view, buffer), computeType(dtype));
  }

  /** The value of a member at a point of the index space; zero in padding. */
  #value(vertex: Vertex, path: Path): number {
    const key = `${vertex.id} ${JSON.stringify(path)}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    let result = this.#compute(vertex, path);
    const view = this.group.view(vertex.shape, path)!;
    if (view.padded && vertex.kind !== 'indexed') result = this.#masked(result, view);
    this.#done.set(key, result);
    return result;
  }

  #masked(value: number, view: View): number {
    const type = this.#list.typeOf(value);
    const conditions = boundsOf(view).flatMap(({ axis, low, high }) => {
      const strides = view.shape.map((_, i) => (i === axis ? 1 : 0));
      const index = this.#list.add({ op: 'index', offset: 0, strides, type: 'i32' });
      const atLeast = this.#compare('lessEqual', this.#list.constant(low, 'i32'), index);
      return [atLeast, this.#compare('less', index, this.#list.constant(high, 'i32'))];
    });
    const inside = conditions.reduce((left, right) =>
      this.#list.add({ op: 'binary', operator: 'and', left, right, type: 'bool' }),
    );
    const zero = this.#list.constant(0, type);
    return this.#list.add({ op: 'where', condition: inside, yes: value, no: zero, type });
  }

  #compare(operator: BinaryOperator, left: number, right: number): number {
    return this.#list.add({ op: 'binary', operator, left, right, type: 'bool' });
  }

  #compute(vertex: Vertex, path: Path): number {
    if (vertex.kind === 'matmul') return this.#accumulated(vertex);
    if (vertex.kind === 'indexed') return this.#lookUp(vertex, path);
    if (vertex.kind === 'reduction') return this.#reduce(vertex);
    const type = computeType(vertex.dtype);
    if (vertex.name === 'full') {
      const { value } = vertex.attributes as { value: number };
      return this.#list.constant(value, type);
    }
    if (vertex.name === 'iota') {
      const { offset, strides } = this.group.view(vertex.shape, path)!;
      return this.#list.add({ op: 'index', offset, strides, type: 'i32' });
    }
    const operands = vertex.inputs.map((edge) => this.#read(edge, path));
    return this.#apply(vertex, operands, type);
  }

  #apply(vertex: Vertex, operands: readonly number[], type: ComputeType): number {
    const [first, second, third] = operands as [number, number, number];
    switch (vertex.name) {
      case 'copy':
        return first;
      case 'cast':
        return this.#cast(first, vertex.dtype);
      case 'bitcast':
        return this.#list.add({ op: 'bitcast', operand: first, type });
      case 'where':
        return this.#list.add({ op: 'where', condition: first, yes: second, no: third, type });
      case 'threefry':
        return this.#list.add({
          op: 'threefry',
          seed: first,
          position: second,
          index: third,
          type: 'u32',
        });
    }
    return operands.length === 1
      ? this.#list.add({
          op: 'unary',
          operator: vertex.name as UnaryOperator,
          operand: first,
          type,
        })
      : this.#list.add({
          op: 'binary',
          operator: vertex.name as BinaryOperator,
          left: first,
          right: second,
          type,
        });
  }

  /** A cast changes the value only if the target is narrower than the type it is computed in, or another. */
  #cast(operand: number, to: DType): number {
    const type = computeType(to);
    if (this.#list.typeOf(operand) === type && type === to) return operand;
    return this.#list.add({ op: 'cast', operand, to, type });
  }

  #accumulated(vertex: Vertex): number {
    const isSecond = vertex === this.group.partner;
    const sum = this.#list.add({
      ...({ op: 'accumulator', type: 'f32' } as const),
      ...(isSecond && { second: true }),
    });
    const type = computeType(vertex.dtype);
    return this.#list.convert(sum, type);
  }

  #reduce(vertex: Vertex): number {
    const [read] = this.group.readsOf(vertex, []);
    const { operator } = vertex.attributes as { operator: ReduceOperator };
    const type = computeType(vertex.dtype);
    const value = this.#read(read!.edge, read!.path);
    const isPosition = operator === 'argmax' || operator === 'argmin';
    const operand = isPosition ? value : this.#list.convert(value, type);
    return this.#list.add({ op: 'reduce', operator, operand, type });
  }

  /** `take` and `gather`: the position along one axis comes from another value. */
  #lookUp(vertex: Vertex, path: Path): number {
    const [data, indices] = vertex.inputs as [Edge, Edge];
    const { axis } = vertex.attributes as { axis: number };
    const source = viewOf(data);
    const picked = vertex.name === 'take' ? indices.shape.length : 1;
    const strides = [
      ...source.strides.slice(0, axis),
      ...new Array<number>(picked).fill(0),
      ...source.strides.slice(axis + 1),
    ];
    const unpadded = vertex.shape.map(() => undefined);
    const view = follow(new View(vertex.shape, strides, source.offset, unpadded), path)!;
    const position = this.#read(indices, [...indexSteps(vertex), ...path]);
    const buffer = this.#table.local(data.source, data.output, 'read');
    const index = this.#list.convert(position, 'i32');
    const gather = { index, size: data.shape[axis]!, stride: source.strides[axis]! };
    const access = { ...accessOf(view, buffer), gather };
    return this.#list.load(access, computeType(vertex.dtype));
  }
}

function accessOf(view: View, buffer: number): Access {
  const bounds = boundsOf(view);
  const strides = view.strides.map((stride, axis) => (view.shape[axis] === 1 ? 0 : stride));
  return { buffer, offset: view.offset, strides, ...(bounds.length > 0 && { bounds }) };
}

function boundsOf(view: View): Bound[] {
  return view.ranges.flatMap((range, axis) =>
    range ? [{ axis, low: range.low, high: range.high }] : [],
  );
}

/** The operations of a kernel as a person would list them: `matmul+add+tanh`. */
function nameOf(group: Group): string {
  const names = [...group.members.keys()]
    .sort((a, b) => a.id - b.id)
    .map(({ name }) => name)
    .filter((name) => !['full', 'iota', 'copy', 'cast'].includes(name));
  const unique = [...new Set(names)];
  if (unique.length === 0) return 'copy';
  return unique.length > 6 ? `${unique.slice(0, 5).join('+')}+…` : unique.join('+');
}
