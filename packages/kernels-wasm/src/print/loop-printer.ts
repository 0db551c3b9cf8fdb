/**
 * Prints a loop kernel as one WebAssembly function.
 *
 * Every value is a vector of four lanes. Along the lane axis the lanes are neighbouring elements;
 * a value that does not vary along it has all lanes equal. An instruction is printed in the
 * outermost loop where all it depends on is known. With `reduces`, the body of the innermost kept
 * loop is a row: passes over the reduced axis, one per depth of reductions, and between them the
 * instructions per row. All stores happen in the last pass, after the loads of the same element:
 * an output may share its memory with an input that is read at the index it is written.
 */
import { type I32, i32, type Local } from '../wasm/index.ts';
import type { LoopBody } from './loop-body.ts';
import { BLOCK_TURNS, printPass } from './row-pass.ts';

/** Prints the loops of one kernel; see the module's comment. */
export class LoopPrinter {
  constructor(private readonly body: LoopBody) {}

  /** Prints the body of `run(args, begin, end)`. */
  print(args: I32, begin: I32, end: I32): void {
    const { f, schedule } = this.body;
    this.body.open(args, begin);
    const first = f.let(i32.mul(begin, schedule.itemsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, schedule.itemsPerChunk), schedule.items));
    f.for(first, last, 1, (item) => this.body.inside(() => this.#item(item)));
  }

  /** Splits the flat counter into indices and parts, and runs the loops within. */
  #item(item: Local<'i32'>): void {
    const { f, schedule, kernel } = this.body;
    const flattened = kernel.axes.slice(0, schedule.flattened);
    const sizes = [...flattened, ...schedule.splits.map((split) => split.parts)];
    const indices: I32[] = [];
    let rest: I32 = item;
    for (let level = sizes.length - 1; level >= 0; level--) {
      indices[level] = level === 0 ? rest : f.let(i32.remU(rest, sizes[level]!));
      if (level > 0) rest = f.let(i32.divU(rest, sizes[level]!));
    }
    for (const axis of flattened.keys()) this.body.enter(axis, indices[axis]!);
    schedule.splits.forEach(({ axis, length }, split) => {
      const part = indices[flattened.length + split]!;
      const start = f.let(i32.mul(part, length));
      const stop = f.let(i32.minU(i32.add(start, length), kernel.axes[axis]!));
      this.body.ranges[axis] = { start, stop };
      if (axis === this.body.rank - 1) this.body.selectPart(part);
    });
    this.body.emitReady(0);
    this.#nest(schedule.flattened);
  }

  /** The loop over an axis and all within. */
  #nest(axis: number): void {
    const { f, kernel } = this.body;
    if (kernel.reduces && axis === this.body.rank - 1) {
      this.#row();
    } else if (axis === this.body.rank) {
      this.body.store(false);
    } else if (axis === this.body.lane) {
      this.laneLoop(axis, (index) => {
        this.body.enter(axis, index);
        this.body.emitReady(0);
        this.#nest(axis + 1);
      });
    } else {
      const range = this.body.ranges[axis];
      f.for(range?.start ?? 0, range?.stop ?? kernel.axes[axis]!, 1, (index) =>
        this.body.inside(() => {
          this.body.enter(axis, index);
          this.body.emitReady(0);
          this.#nest(axis + 1);
        }),
      );
    }
  }

  /** Passes over the reduced axis, and what happens once per row. */
  #row(): void {
    for (let pass = 0; pass <= this.body.analysis.lastPass; pass++) {
      printPass(this.body, this, pass);
      this.body.emitReady(pass + 1);
    }
    this.body.store(true);
  }

  /** Walks the lane axis: whole turns of several vectors, then one turn for what is left. */
  laneLoop(axis: number, body: (index: I32) => void, flush?: () => void): void {
    const { f, schedule } = this.body;
    const step = 4 * schedule.copies;
    const range = this.body.ranges[axis];
    const size = this.body.kernel.axes[axis]!;
    const rest = size % step;
    const whole: I32 = range
      ? f.let(i32.add(range.start, i32.and(i32.sub(range.stop, range.start), i32.const(-step))))
      : i32.const(size - rest);
    const turn = (index: I32, lanes: readonly number[]) =>
      this.body.inside(() => {
        this.body.lanes = lanes;
        body(index);
      });
    const full = new Array<number>(schedule.copies).fill(4);
    const loop = (from: I32, to: I32) => f.for(from, to, step, (index) => turn(index, full));
    const start = range?.start ?? i32.const(0);
    if (flush) {
      f.for(start, whole, BLOCK_TURNS * step, (block) => {
        const stop = f.let(i32.minU(i32.add(block, BLOCK_TURNS * step), whole));
        loop(block, stop);
        flush();
      });
    } else loop(start, whole);
    if (rest === 0) return;
    const left = Array.from({ length: Math.ceil(rest / 4) }, (_, copy) =>
      Math.min(4, rest - 4 * copy),
    );
    const remainder = () => {
      f.scope(() => turn(f.let(whole), left));
      flush?.();
    };
    if (range) f.if(i32.ne(whole, range.stop), remainder);
    else remainder();
  }

  /** Walks an axis element by element. */
  scalarLoop(axis: number, body: (index: I32) => void, flush?: () => void): void {
    const { f } = this.body;
    const start = this.body.ranges[axis]?.start ?? i32.const(0);
    const stop = this.body.ranges[axis]?.stop ?? i32.const(this.body.kernel.axes[axis]!);
    const loop = (from: I32, to: I32) =>
      f.for(from, to, 1, (index) => this.body.inside(() => body(index)));
    if (!flush) {
      loop(start, stop);
      return;
    }
    f.for(start, stop, BLOCK_TURNS, (block) => {
      const blockStop = f.let(i32.minU(i32.add(block, BLOCK_TURNS), stop));
      loop(block, blockStop);
      flush();
    });
  }
}
