import { afterEach, expect, it, vi } from 'vitest';
import { Engine } from '../src/engine.ts';
import type { Kernel } from '../src/kernel.ts';
import { f32, i32, ModuleBuilder, type Target } from '../src/wasm/index.ts';

// The system may take a thread off its processor between any two accesses of the control block. Here many
// of them are followed by a pause, so that all orders come up which are one in millions otherwise.
vi.mock('../src/worker.ts', async (original) => {
  const actual = await original<typeof import('../src/worker.ts')>();
  const slowed = `
    const real = globalThis.Atomics;
    const pause = (value) => {
      if (Math.random() < 0.1) {
        const end = performance.now() + 0.3 * Math.random();
        while (performance.now() < end);
      }
      return value;
    };
    const names = ['load', 'store', 'add', 'sub', 'compareExchange', 'notify'];
    const Atomics = {
      wait: (...operands) => real.wait(...operands),
      ...Object.fromEntries(names.map((name) => [name, (...operands) => pause(real[name](...operands))])),
    };`;
  return { ...actual, workerSource: slowed + actual.workerSource };
});

let engine: Engine;
afterEach(() => engine.dispose());

/** x[chunk] += 1. */
function increment(target: Target, chunks: number): Kernel {
  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      const at = f.let(i32.add(i32.load(args), i32.mul(chunk, 4)));
      f.emit(f32.store(at, f32.add(f32.load(at), f32.const(1))));
    });
  });
  return { key: `increment ${chunks}`, bytes: module.finish(), chunks };
}

it.each([2, 3])('ends every run, write and read, in order, on %i threads', async (threads) => {
  engine = new Engine({ threads });
  const buffer = engine.allocate(4 * 3, 'x');
  engine.write(buffer.address, new Float32Array(3), true);
  const { args } = engine.argumentTables([[buffer.address]]);
  const programs = [1, 2, 3].map((chunks) =>
    engine.prepare([{ kernel: increment(engine.target, chunks), args: args[0]! }]),
  );
  const ended: Promise<unknown>[] = [];
  let first = 0;
  for (let index = 0; index < 1500; index++) {
    ended.push(engine.run(programs[index % 3]!));
    first++;
    if (index % 5 === 0) {
      first = 100 * index;
      engine.write(buffer.address, Float32Array.of(first));
    }
    if (index % 7 === 0) {
      const want = first;
      ended.push(
        engine.read(buffer.address, 4).then((bytes) => {
          expect(new Float32Array(bytes.buffer)[0]).toBe(want);
        }),
      );
    }
  }
  await Promise.all(ended);
});
