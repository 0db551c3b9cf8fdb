import type { LoopKernel, MatmulKernel, Store } from '@llm/tensor/backend';
import type { Epilogue, Place as TilePlace } from '../kernels/matmul.ts';
import {
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  ModuleBuilder,
  type V128,
} from '../wasm/index.ts';
import { operandsAt } from './analysis.ts';
import { collapse } from './collapse.ts';
import { emitInstruction } from './instruction.ts';
import { Library } from './library.ts';
import { elementBytes, storeVector } from './memory-access.ts';
import { advance, clampIndex, type Place, type Position } from './place.ts';

/** Operators that call functions of their own, which a tile's code has no access to. */
const calls = new Set(['pow', 'mod', 'sin', 'cos']);

/** Whether the epilogue can be printed on the tiles. */
export function fitsHook(kernel: MatmulKernel): boolean {
  return kernel.epilogue.every(
    (instruction) =>
      !(
        (instruction.op === 'unary' || instruction.op === 'binary') &&
        calls.has(instruction.operator)
      ),
  );
}

/**
 * The epilogue as the matmul template's hook. The hook's buffers are the kernel's, in order.
 *
 * @param main - the store whose value the template itself writes; the hook does the others.
 *   Without it the template keeps the sums.
 */
export function epilogueHook(
  kernel: MatmulKernel,
  key: string,
  main: Store | undefined,
): NonNullable<Epilogue['hook']> {
  // As if it reduced: then the columns stay an axis of their own.
  const space: LoopKernel = collapse({
    kind: 'loop',
    name: kernel.name,
    buffers: kernel.buffers,
    axes: [...kernel.batch, kernel.rows, kernel.columns],
    reduces: true,
    instructions: kernel.epilogue,
    stores: kernel.stores,
  });
  return {
    key,
    buffers: kernel.buffers.length,
    apply: (f, sum, place, buffer) =>
      new EpiloguePrinter(f, space, place, buffer).print(sum, main && kernel.stores.indexOf(main)),
  };
}

class EpiloguePrinter {
  readonly #values: Local<'v128'>[] = [];
  readonly #indices: I32[];
  readonly #column: number;
  // A library needs a module; `fitsHook` has made sure that nothing asks for it.
  readonly #library = new Library(new ModuleBuilder({ sharedMemory: false, relaxedSimd: false }));

  constructor(
    private readonly f: FunctionBuilder,
    private readonly space: LoopKernel,
    private readonly tile: TilePlace,
    private readonly buffer: (index: number) => I32,
  ) {
    this.#column = space.axes.length - 1;
    this.#indices = this.#rowIndices();
    this.#indices[this.#column] = tile.column;
  }

  /** Prints all instructions and the stores but `main`; returns the value of `main`, or the sum. */
  print(sum: V128, main: number | undefined): V128 {
    const { f, space } = this;
    const accumulator = f.let(sum);
    const used = neededBy(space);
    space.instructions.forEach((instruction, position) => {
      if (!used[position]) return;
      this.#values[position] =
        instruction.op === 'accumulator' ? accumulator : this.#emit(position);
    });
    space.stores.forEach((store, index) => {
      if (index === main) return;
      const { dtype } = space.buffers[store.buffer]!;
      const place: Place = { ...store, dtype, bounds: [], partStride: 0 };
      const { address } = this.#locate(place);
      const stride = store.strides[this.#column]!;
      const value = this.#values[store.value]!;
      storeVector(f, dtype, { base: address, offset: 0 }, stride, value, this.tile.lanes);
    });
    return main === undefined ? accumulator : this.#values[space.stores[main]!.value]!;
  }

  #emit(position: number): Local<'v128'> {
    const instruction = this.space.instructions[position]!;
    let place: Place | undefined;
    let gathered: Local<'v128'> | undefined;
    let where: Position = { address: i32.const(0) };
    if (instruction.op === 'load') {
      const { access } = instruction;
      const { dtype } = this.space.buffers[access.buffer]!;
      place = { ...access, bounds: access.bounds ?? [], dtype, partStride: 0 };
      where = this.#locate(place);
      const { gather } = access;
      if (gather && gather.size > 0) {
        gathered = clampIndex(this.f, this.#values[gather.index]!, gather.size);
      }
    }
    return emitInstruction(this.f, this.#library, this.space.instructions, position, {
      copy: 0,
      lanes: this.tile.lanes,
      laneAxis: this.#column,
      indices: this.#indices,
      place,
      position: where,
      value: (operand) => this.#values[operand]!,
      gathered,
    });
  }

  /** The address of the first lane. */
  #locate(place: Place): Position {
    const base = this.buffer(place.buffer);
    const start = i32.add(base, (place.offset * elementBytes(place.dtype)) | 0);
    let position: Position = { address: this.f.let(start) };
    this.space.axes.forEach((_, axis) => {
      position = advance(this.f, place, position, axis, this.#indices[axis]!, this.#column);
    });
    return position;
  }

  /** The row counted over all matrices, taken apart into the indices of the axes before the columns. */
  #rowIndices(): I32[] {
    const { f, tile } = this;
    const sizes = this.space.axes.slice(0, -1);
    const indices: I32[] = [];
    let rest: I32 = f.let(tile.linearRow);
    for (let axis = sizes.length - 1; axis > 0; axis--) {
      indices[axis] = f.let(i32.remU(rest, sizes[axis]!));
      rest = f.let(i32.divU(rest, sizes[axis]!));
    }
    if (sizes.length > 0) indices[0] = rest;
    return indices;
  }
}

function neededBy({ instructions, stores }: LoopKernel): boolean[] {
  const used = instructions.map(() => false);
  for (const { value } of stores) used[value] = true;
  for (let position = instructions.length - 1; position >= 0; position--) {
    if (!used[position]) continue;
    for (const operand of operandsAt(instructions, position)) used[operand] = true;
  }
  return used;
}
