import { describe, expect, it } from 'vitest';
import {
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  hasRelaxedSimd,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  ModuleBuilder,
  type V128,
  v128,
} from '../../src/wasm/index.ts';

const target = { sharedMemory: false, relaxedSimd: hasRelaxedSimd() };
const OUT = 1024;

/** Runs a function body once on a fresh memory holding `input` at address 0. */
function run(
  write: (f: FunctionBuilder, out: I32) => void,
  input: ArrayBufferView = new Uint8Array(),
  relaxedSimd = target.relaxedSimd,
): ArrayBuffer {
  const module = new ModuleBuilder({ sharedMemory: false, relaxedSimd });
  module.function('run', { out: 'i32' }, (f, { out }) => write(f, out));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  new Uint8Array(memory.buffer).set(new Uint8Array(input.buffer));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    m: { m: memory },
  });
  (instance.exports.run as (out: number) => void)(OUT);
  return memory.buffer.slice(OUT, OUT + 256);
}

const floats = (value: V128, input?: ArrayBufferView) =>
  Array.from(
    new Float32Array(
      run((f, out) => f.emit(v128.store(out, value)), input),
      0,
      4,
    ),
  );
const ints = (value: V128, input?: ArrayBufferView) =>
  Array.from(
    new Int32Array(
      run((f, out) => f.emit(v128.store(out, value)), input),
      0,
      4,
    ),
  );
const int = (value: I32, input?: ArrayBufferView) =>
  new Int32Array(run((f, out) => f.emit(i32.store(out, value)), input))[0];

describe('constants and scalars', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 2 ** 31 - 1, -(2 ** 31)])(
    'i32 constant %i',
    (value) => expect(int(i32.const(value))).toBe(value),
  );
  it('takes addresses above 2 GiB by their bits', () =>
    expect(int(i32.const(0xfffffff0))! >>> 0).toBe(0xfffffff0));
  it('folds address arithmetic', () => {
    expect(i32.add(3, 4).constant).toBe(7);
    const value = i32.load(0);
    expect(i32.add(value, 0)).toBe(value);
    expect(i32.mul(1, value)).toBe(value);
    const input = Int32Array.of(5);
    expect(int(i32.mul(value, 8), input)).toBe(40);
    expect(int(i32.mul(value, 7), input)).toBe(35);
    expect(int(i32.mul(-2147483648, value), input)).toBe(Math.imul(-2147483648, 5));
  });
  it.each([
    ['add', i32.add(i32.load(0), i32.load(4)), 7 - 3],
    ['sub', i32.sub(i32.load(0), i32.load(4)), 10],
    ['divS', i32.divS(i32.load(0), i32.load(4)), -2],
    ['remS', i32.remS(i32.load(0), i32.load(4)), 1],
    ['ltS', i32.ltS(i32.load(0), i32.load(4)), 0],
    ['ltU', i32.ltU(i32.load(0), i32.load(4)), 1],
    ['minS', i32.minS(i32.load(0), i32.load(4)), -3],
    ['minU', i32.minU(i32.load(0), i32.load(4)), 7],
    ['maxS', i32.maxS(i32.load(0), i32.load(4)), 7],
    ['shrS', i32.shrS(i32.load(4), 1), -2],
    ['shrU', i32.shrU(i32.load(4), 31), 1],
    ['rotl', i32.rotl(i32.load(0), 30), (7 >>> 2) | (7 << 30)],
    ['load8U', i32.load8U(4), 0xfd],
    ['load8S', i32.load8S(4), -3],
    ['popcnt', i32.popcnt(i32.load(0)), 3],
    ['f32 max', i32.truncSatF32S(f32.max(f32.const(2.5), f32.const(-1))), 2],
    ['f32 NaN', i32.truncSatF32S(f32.sqrt(f32.const(-1))), 0],
    ['f32 bits', i32.reinterpretF32(f32.const(1)), 0x3f800000],
    ['f64', i32.truncSatF64S(f64.div(f64.const(1e9), f64.promoteF32(f32.const(4)))), 25e7],
  ])('%s', (_name, value, want) => expect(int(value, Int32Array.of(7, -3))).toBe(want));
});

describe('vectors', () => {
  const x = Float32Array.of(1.5, -2.5, 3.25, 100, 4, 5, 6, 7);
  const a = v128.load(0);
  const b = v128.load(0, 16);
  it.each<[string, V128, number[]]>([
    ['add', f32x4.add(a, b), [5.5, 2.5, 9.25, 107]],
    ['nearest', f32x4.nearest(a), [2, -2, 3, 100]],
    ['pmin', f32x4.pmin(a, b), [1.5, -2.5, 3.25, 7]],
    ['max', f32x4.max(a, b), [4, 5, 6, 100]],
    ['abs', f32x4.abs(a), [1.5, 2.5, 3.25, 100]],
    ['splat', f32x4.splat(f32.load(4)), [-2.5, -2.5, -2.5, -2.5]],
    ['const', f32x4.const(1, 2, 3, 4), [1, 2, 3, 4]],
    ['load32Splat', v128.load32Splat(8), [3.25, 3.25, 3.25, 3.25]],
    ['load32Zero', v128.load32Zero(8), [3.25, 0, 0, 0]],
    ['load32Lane', v128.load32Lane(28, a, 2), [1.5, -2.5, 7, 100]],
    ['replaceLane', f32x4.replaceLane(a, 3, 9), [1.5, -2.5, 3.25, 9]],
    ['shuffle', f32x4.shuffle(a, b, [0, 4, 1, 5]), [1.5, 4, -2.5, 5]],
    ['bitselect', v128.bitselect(a, b, f32x4.gt(a, b)), [4, 5, 6, 100]],
    ['convert', f32x4.convertI32x4U(i32x4.const(-1, 0, 1, 2)), [4294967296, 0, 1, 2]],
    ['demote', f32x4.demoteF64x2Zero(f64x2.splat(0.5)), [0.5, 0.5, 0, 0]],
    [
      'f64',
      f32x4.demoteF64x2Zero(f64x2.sqrt(f64x2.promoteLowF32x4(b))),
      [2, Math.fround(Math.sqrt(5)), 0, 0],
    ],
  ])('f32x4 %s', (_name, value, want) => expect(floats(value, x)).toEqual(want));

  const bytes = Int8Array.from({ length: 16 }, (_, index) => (index % 2 ? -index : index));
  it.each<[string, V128, number[]]>([
    [
      'trunc',
      i32x4.truncSatF32x4S(f32x4.const(1.9, -1.9, Number.NaN, 1e20)),
      [1, -1, 0, 2147483647],
    ],
    ['trunc unsigned', i32x4.truncSatF32x4U(f32x4.const(-5, 3e9, 0, 1)), [0, 3e9 | 0, 0, 1]],
    ['load8x8S', i32x4.extendLowI16x8S(v128.load8x8S(0)), [0, -1, 2, -3]],
    ['load8x8U', i32x4.extendLowI16x8U(v128.load8x8U(0)), [0, 255, 2, 253]],
    [
      'extend high',
      i32x4.extendHighI16x8S(i16x8.extendHighI8x16S(v128.load(0))),
      [12, -13, 14, -15],
    ],
    ['dot', i32x4.dotI16x8S(v128.load8x8S(0), i16x8.splat(2)), [-2, -2, -2, -2]],
    ['shift', i32x4.shrS(i32x4.const(-8, 8, 16, -16), 2), [-2, 2, 4, -4]],
    [
      'narrow',
      i32x4.extendLowI16x8S(i16x8.narrowI32x4S(i32x4.splat(1 << 20), i32x4.splat(0))),
      [32767, 32767, 32767, 32767],
    ],
    ['compare', i32x4.gtS(i32x4.const(1, -1, 5, 0), i32x4.splat(0)), [-1, 0, -1, 0]],
    ['compare unsigned', i32x4.gtU(i32x4.const(1, -1, 5, 0), i32x4.splat(4)), [0, -1, -1, 0]],
    // The upper bytes of each index are 0 and pick byte 0, which is 0.
    ['swizzle', i8x16.swizzle(v128.load(0), i32x4.const(0, 2, 4, 16)), [0, 2, 4, 0]],
  ])('integers: %s', (_name, value, want) => expect(ints(value, bytes)).toEqual(want));
  it('reduces to scalars', () => {
    expect(int(i32x4.bitmask(i32x4.const(-1, 1, -1, 0)))).toBe(5);
    expect(int(i8x16.allTrue(i8x16.splat(1)))).toBe(1);
    expect(int(v128.anyTrue(i32x4.splat(0)))).toBe(0);
    expect(int(i16x8.extractLaneU(v128.load(0), 1), Int16Array.of(1, -2))).toBe(65534);
  });
  it('stores single lanes', () => {
    const out = new Int32Array(
      run((f, at) => {
        f.emit(v128.store32Lane(at, i32x4.const(1, 2, 3, 4), 2));
        f.emit(v128.store16Lane(at, i32x4.splat(0x00050005), 0, 4));
      }),
    );
    expect(Array.from(out.subarray(0, 3))).toEqual([3, 5, 0]);
  });
  it('multiplies and adds with and without relaxed SIMD', () => {
    for (const relaxed of [false, true]) {
      if (relaxed && !hasRelaxedSimd()) continue;
      const out = run(
        (f, at) => {
          f.emit(v128.store(at, f.multiplyAdd(a, b, f32x4.splat(1))));
          f.emit(v128.store(at, f.negativeMultiplyAdd(a, b, f32x4.splat(1)), 16));
        },
        x,
        relaxed,
      );
      expect(Array.from(new Float32Array(out, 0, 8))).toEqual([
        7, -11.5, 20.5, 701, -5, 13.5, -18.5, -699,
      ]);
    }
  });
  it('has relaxed SIMD on this engine', () => expect(hasRelaxedSimd()).toBe(true));
  it('names a lane out of range', () =>
    expect(() => f32x4.extractLane(a, 4)).toThrow('lane 4 of a vector with 4 lanes'));
});

describe('control', () => {
  it('runs for loops, skipped and not', () => {
    const sum = (from: I32 | number, to: I32 | number) =>
      new Int32Array(
        run((f, out) => {
          const total = f.let(i32.const(0));
          f.for(from, to, 3, (index) => f.increment(total, index));
          f.emit(i32.store(out, total));
        }, Int32Array.of(10)),
      )[0];
    expect(sum(1, 10)).toBe(1 + 4 + 7);
    expect(sum(0, 0)).toBe(0);
    expect(sum(10, i32.load(0))).toBe(0);
    expect(sum(1, i32.load(0))).toBe(1 + 4 + 7);
  });
  it('branches, loops and returns', () => {
    // Collatz steps from 27, in the three kinds of control.
    const out = run((f, at) => {
      const n = f.let(i32.const(27));
      const steps = f.let(i32.const(0));
      f.while(i32.ne(n, 1), () => {
        f.if(
          i32.and(n, 1),
          () => f.set(n, i32.add(i32.mul(n, 3), 1)),
          () => f.set(n, i32.shrU(n, 1)),
        );
        f.increment(steps, 1);
      });
      f.block((end) => {
        f.branchIf(end, i32.eq(steps, 111));
        f.unreachable();
      });
      f.emit(i32.store(at, steps));
      f.return();
      f.unreachable();
    });
    expect(new Int32Array(out)[0]).toBe(111);
  });
  it('reuses locals after their scope and keeps outer ones', () => {
    const module = new ModuleBuilder(target);
    const indices: number[] = [];
    module.function('run', { p: 'i32' }, (f) => {
      const outer = f.local('i32');
      indices.push(outer.index);
      f.scope(() => indices.push(f.local('i32').index, f.local('f32').index));
      f.scope(() => indices.push(f.local('i32').index, f.local('f32').index));
    });
    expect(indices).toEqual([1, 2, 3, 2, 3]);
    expect(WebAssembly.validate(module.finish())).toBe(true);
  });
  it('refuses a branch out of place and a call with wrong types', () => {
    const module = new ModuleBuilder(target);
    const half = module.functionOf(undefined, { x: 'f32' }, 'f32', (_f, { x }) => f32.mul(x, 0.5));
    module.function('run', { at: 'i32' }, (f, { at }) => {
      f.emit(f32.store(at, f.callValue(half, f32.const(5))));
      expect(() => f.callValue(half, at)).toThrow('function 0 with (i32), which takes (f32)');
      f.block((end) => f.block(() => f.branch(end)));
      let stale: unknown;
      f.block((end) => {
        stale = end;
      });
      expect(() => f.branch(stale as never)).toThrow('block that has ended');
    });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
      m: { m: memory },
    });
    (exports.run as (at: number) => void)(8);
    expect(new Float32Array(memory.buffer)[2]).toBe(2.5);
  });
  it('imports shared memory of up to 4 GiB', () => {
    const module = new ModuleBuilder({ sharedMemory: true, relaxedSimd: false });
    module.function('run', { at: 'i32' }, (f, { at }) => f.emit(i32.store(at, 42)));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
      m: { m: memory },
    });
    (exports.run as (at: number) => void)(0);
    expect(new Int32Array(memory.buffer)[0]).toBe(42);
  });
});
