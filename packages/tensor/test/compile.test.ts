import { afterEach, expect, it, vi } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { ones } from '../src/creation.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import type { Tensor } from '../src/tensor.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

registerDevice('interpreter', async () => new BackendDevice(new InterpreterBackend()));
setDefaultDevice('interpreter');

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => warn.mockClear());

it('traces once per shape and option, and not for numbers', async () => {
  const f = compile((x: Tensor, scale: number, options: { mean: boolean }) => {
    const y = x.mul(scale);
    return options.mean ? y.mean() : y.sum();
  });
  expect(await (await f(ones([2]), 3, { mean: false })).item()).toBe(6);
  expect(await (await f(ones([2]), 4, { mean: false })).item()).toBe(8);
  expect(f.traces).toBe(1);
  expect(await (await f(ones([2]), 4, { mean: true })).item()).toBe(4);
  expect(await (await f(ones([3]), 4, { mean: false })).item()).toBe(12);
  expect(await (await f(ones([2]).to('i32'), 4, { mean: false })).item()).toBe(8);
  expect(f.traces).toBe(4);
});

it('keeps as many plans as asked for, and drops the one unused for longest', async () => {
  const f = compile((x: Tensor) => x.sum(), { cacheSize: 2 });
  const sum = async (size: number) => (await f(ones([size]))).item();
  expect([await sum(1), await sum(2), await sum(1), await sum(3)]).toEqual([1, 2, 1, 3]);
  expect(f.traces).toBe(3);
  expect(await sum(1)).toBe(1);
  expect(f.traces).toBe(3);
  expect(await sum(2)).toBe(2);
  expect(f.traces).toBe(4);
});

it('warns once past eight traces, with the newest signature', async () => {
  const f = compile((x: Tensor) => x.sum());
  for (let size = 1; size <= 8; size++) await f(ones([size]));
  expect(warn).not.toHaveBeenCalled();
  for (let size = 9; size <= 11; size++) await f(ones([size]));
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/traced 9 times.*f32\[9\]/);
});

it('two first calls at once share one trace', async () => {
  const f = compile((x: Tensor) => x.sum());
  const sums = await Promise.all([f(ones([2])), f(ones([2]))]);
  expect(await Promise.all(sums.map((sum) => sum.item()))).toEqual([2, 2]);
  expect(f.traces).toBe(1);
});
