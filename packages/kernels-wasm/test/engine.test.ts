import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Engine, type EngineOptions } from '../src/engine.ts';
import { KernelError, OutOfMemoryError } from '../src/errors.ts';
import type { Kernel, KernelPlan } from '../src/kernel.ts';
import { planMatmul } from '../src/kernels/matmul.ts';
import type { Program } from '../src/threads.ts';
import { f32x4, i32, ModuleBuilder, type Target, v128 } from '../src/wasm/index.ts';

const engines: Engine[] = [];
const open = (options: EngineOptions = {}) => {
  const engine = new Engine(options);
  engines.push(engine);
  return engine;
};
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});

/** x[chunk·4 … +3] = 2·x + 1; traps at the chunk given, if one is. */
function doubler(target: Target, chunks: number, trapAt = -1): Kernel {
  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      f.if(i32.eq(chunk, trapAt), () => f.unreachable());
      const at = f.let(i32.add(i32.load(args), i32.mul(chunk, 16)));
      const value = v128.load(at);
      f.emit(v128.store(at, f32x4.add(f32x4.add(value, value), f32x4.splat(1))));
    });
  });
  return { key: `doubler ${chunks} ${trapAt}`, bytes: module.finish(), chunks };
}

/** A buffer of `count` f32 and a program of the given kernels on it. */
function setup(engine: Engine, values: Float32Array, kernels: Kernel[]) {
  const buffer = engine.allocate(values.byteLength, 'x');
  engine.write(buffer.address, values, true);
  const { args } = engine.argumentTables([[buffer.address]]);
  const program = engine.prepare(kernels.map((kernel) => ({ kernel, args: args[0]! })));
  const read = async () =>
    new Float32Array((await engine.read(buffer.address, values.byteLength)).buffer);
  return { buffer, program, read };
}

/** Runs a plan on an engine and returns the third buffer. */
async function execute(engine: Engine, plan: KernelPlan, buffers: Float32Array[]) {
  const sizes = [...buffers.map((buffer) => buffer.byteLength), ...plan.scratchBytes];
  const held = sizes.map((bytes, index) => engine.allocate(bytes, `buffer ${index}`));
  buffers.forEach((buffer, index) => {
    engine.write(held[index]!.address, buffer, true);
  });
  const tables = engine.argumentTables(
    plan.steps.map(({ args }) => args.map((index) => held[index]!.address)),
  );
  const program = engine.prepare(
    plan.steps.map(({ kernel }, index) => ({ kernel, args: tables.args[index]! })),
  );
  await engine.run(program);
  return new Float32Array((await engine.read(held[2]!.address, held[2]!.bytes)).buffer);
}

describe.each([{ threads: 1 }, { threads: 2 }, { threads: 3 }, { sharedMemory: false }])(
  'Engine %j',
  (options) => {
    it('runs programs in order, with barriers between kernels', async () => {
      const engine = open(options);
      const chunks = 1000;
      const kernel = doubler(engine.target, chunks);
      const { program, read } = setup(engine, new Float32Array(chunks * 4), Array(20).fill(kernel));
      // Not awaited one by one: they queue. 25 doublings in f32 are exact below 2²⁴.
      const five = setup(engine, new Float32Array(chunks * 4), Array(4).fill(kernel));
      await Promise.all([engine.run(program), engine.run(five.program), engine.run(five.program)]);
      expect(new Set(await read())).toEqual(new Set([2 ** 20 - 1]));
      expect(new Set(await five.read())).toEqual(new Set([2 ** 8 - 1]));
    });
    it('orders writes and reads with runs', async () => {
      const engine = open(options);
      const kernel = doubler(engine.target, 64);
      const { buffer, program, read } = setup(engine, new Float32Array(256).fill(1), [kernel]);
      const first = engine.run(program);
      const afterFirst = read();
      engine.write(buffer.address, new Float32Array(256).fill(10));
      const second = engine.run(program);
      const afterSecond = read();
      engine.write(buffer.address, new Float32Array(256).fill(100));
      const third = engine.run(program);
      const afterThird = read();
      await Promise.all([first, second, third]);
      const values = (await Promise.all([afterFirst, afterSecond, afterThird])).map((x) => [
        ...new Set(x),
      ]);
      expect(values).toEqual([[3], [21], [201]]);
    });
    it('runs instructions side by side that do not wait for each other', async () => {
      const engine = open(options);
      const [few, many] = [doubler(engine.target, 3), doubler(engine.target, 700)];
      const sides = [many, few, many].map((kernel) =>
        setup(engine, new Float32Array(4 * kernel.chunks), [kernel]),
      );
      // Three chains of ten, link by link in turn: each waits for its own chain alone.
      const program = engine.prepare(
        Array.from({ length: 30 }, (_, index) => ({
          ...sides[index % 3]!.program.instructions[0]!,
          after: Math.max(0, index - 2),
        })),
      );
      void engine.run(program);
      const { times } = await engine.run(program, { profile: true });
      for (const { read } of sides) expect(new Set(await read())).toEqual(new Set([2 ** 20 - 1]));
      expect(times).toHaveLength(30);
    });
    it('names the kernel that traps, and goes on afterwards', async () => {
      const engine = open(options);
      const good = doubler(engine.target, 64);
      const bad = doubler(engine.target, 64, 33);
      const { program } = setup(engine, new Float32Array(256), [good, bad, good, good]);
      const { program: fine, read } = setup(engine, new Float32Array(256), [good]);
      const failing = engine.run(program);
      const working = engine.run(fine);
      await expect(failing).rejects.toThrow(KernelError);
      await expect(failing).rejects.toThrow("kernel 'doubler 64 33': unreachable");
      await working;
      expect(new Set(await read())).toEqual(new Set([1]));
    });
    it('names a kernel that does not compile', async () => {
      const engine = open(options);
      const broken = { key: 'broken', bytes: Uint8Array.of(0, 1, 2), chunks: 1 };
      const { program } = setup(engine, new Float32Array(4), [broken]);
      await expect(engine.run(program)).rejects.toThrow("kernel 'broken'");
    });
    it('profiles each instruction', async () => {
      const engine = open(options);
      const kernels = [doubler(engine.target, 64), doubler(engine.target, 5000)];
      const { program } = setup(engine, new Float32Array(20_000), kernels);
      const { times } = await engine.run(program, { profile: true });
      expect(times).toHaveLength(2);
      for (const time of times!) expect(time).toBeGreaterThan(0);
      expect(await engine.run(program)).toEqual({});
    });
    it('grows memory under a running program and keeps its content', async () => {
      const engine = open(options);
      const { program, read } = setup(engine, new Float32Array(256).fill(1), [
        doubler(engine.target, 64),
      ]);
      const running = engine.run(program);
      const big = engine.allocate(80 * 2 ** 20, 'big');
      engine.write(big.address + big.bytes - 4, Float32Array.of(7), true);
      await running;
      expect(new Set(await read())).toEqual(new Set([3]));
      const tail = await engine.read(big.address + big.bytes - 4, 4);
      expect(new Float32Array(tail.buffer)[0]).toBe(7);
    });
    it('keeps released memory until the runs that use it have ended', async () => {
      const engine = open({ ...options, debug: true });
      const kernel = doubler(engine.target, 64);
      const { buffer, program, read } = setup(
        engine,
        new Float32Array(256),
        Array(50).fill(kernel),
      );
      const running = engine.run(program);
      engine.release(buffer);
      const taken = engine.allocate(buffer.bytes, 'next');
      expect(taken.address).not.toBe(buffer.address);
      await running;
      await Promise.resolve();
      expect(engine.allocations()).not.toContain(buffer);
      // Debug mode fills it with NaN.
      expect((await read()).every(Number.isNaN)).toBe(true);
    });
    it('forgets released programs and takes their kernels again', async () => {
      const engine = open(options);
      const kernel = doubler(engine.target, 64);
      const first = setup(engine, new Float32Array(256), [kernel, kernel]);
      const second = setup(engine, new Float32Array(256), [kernel]);
      await engine.run(first.program);
      engine.releaseProgram(first.program);
      await engine.run(second.program);
      engine.releaseProgram(second.program);
      const third = setup(engine, new Float32Array(256), [kernel]);
      await engine.run(third.program);
      expect(new Set(await third.read())).toEqual(new Set([1]));
    });
  },
);

describe('Engine', () => {
  it('gives bit-equal products on 1, 2 and 3 threads and in unshared memory', async () => {
    const [m, n, k] = [150, 170, 900];
    const fill = (count: number, seed: number) =>
      Float32Array.from({ length: count }, (_, index) => Math.sin(index * seed));
    const spec = {
      m,
      n,
      k,
      a: { rowStride: k, colStride: 1, batchStrides: [] },
      b: { rowStride: 1, colStride: k, batchStrides: [] },
    };
    const results: Uint32Array[] = [];
    for (const options of [
      { threads: 1 },
      { threads: 2 },
      { threads: 3 },
      { sharedMemory: false },
    ]) {
      const engine = open(options);
      const plan = planMatmul(spec, engine.target);
      const buffers = [fill(m * k, 0.7), fill(k * n, 1.3), new Float32Array(m * n)];
      results.push(new Uint32Array((await execute(engine, plan, buffers)).buffer));
    }
    for (const result of results) expect(result).toEqual(results[0]);
    expect(new Float32Array(results[0]!.buffer).some((value) => value !== 0)).toBe(true);
  });
  it('keeps the order of runs, writes and reads with more threads than processors', async () => {
    const engine = open({ threads: 6 });
    const kernel = doubler(engine.target, 40);
    const { buffer, program, read } = setup(
      engine,
      new Float32Array(160),
      Array.from({ length: 12 }, () => kernel),
    );
    const results: Promise<Float32Array>[] = [];
    for (let turn = 0; turn < 200; turn++) {
      engine.write(buffer.address, new Float32Array(160).fill(turn));
      void engine.run(program);
      results.push(read());
    }
    const want = Array.from({ length: 200 }, (_, turn) => [4096 * turn + 4095]);
    expect((await Promise.all(results)).map((values) => [...new Set(values)])).toEqual(want);
  });
  it('says when memory runs out, and works on', async () => {
    const engine = open({ threads: 2, memoryLimit: 4 * 2 ** 20 });
    expect(() => engine.allocate(2 ** 26, 'logits')).toThrow(OutOfMemoryError);
    const { program, read } = setup(engine, new Float32Array(256), [doubler(engine.target, 64)]);
    await engine.run(program);
    expect(new Set(await read())).toEqual(new Set([1]));
  });
  it('reaches addresses above 2 GiB', async () => {
    const engine = open({ threads: 2 });
    engine.allocate(2 ** 31 + 2 ** 20, 'filler');
    const { buffer, program, read } = setup(engine, new Float32Array(256), [
      doubler(engine.target, 64),
    ]);
    expect(buffer.address).toBeGreaterThan(2 ** 31);
    await engine.run(program);
    expect(new Set(await read())).toEqual(new Set([1]));
  });
  it('checks its options', () => {
    expect(() => new Engine({ thread: 2 } as EngineOptions)).toThrow("unknown option 'thread'");
    expect(() => new Engine({ threads: 0 })).toThrow('threads: got 0');
    expect(() => new Engine({ threads: 2, sharedMemory: false })).toThrow('need shared memory');
  });
  it('rejects what is pending when disposed, and later runs', async () => {
    const engine = open({ threads: 2 });
    const { program } = setup(engine, new Float32Array(256), [doubler(engine.target, 64)]);
    const running = engine.run(program);
    engine.dispose();
    await expect(running).rejects.toThrow('disposed');
    await expect(engine.run(program as Program)).rejects.toThrow('disposed');
  });
});

describe('a process', () => {
  let folder: string;
  let script: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llm-wasm-'));
    script = join(folder, 'child.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'fixtures/child.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('exits by itself when its work is done, though nothing is disposed', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, 'work'], {
      timeout: 30_000,
    });
    expect(stdout.trim()).toBe('1048575');
  });
  it('waits for a pending run with nothing else alive', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, 'pending'], {
      timeout: 30_000,
    });
    expect(stdout.trim()).toBe('ended');
  });
  it('can be interrupted during a run', async () => {
    // The child starts a kernel that never ends, then sends itself SIGINT.
    const child = promisify(execFile)(process.execPath, [script, 'endless'], { timeout: 30_000 });
    await expect(child).rejects.toMatchObject({ signal: 'SIGINT' });
  });
});
