import { expect, it } from 'vitest';
import type { Program } from '../src/backend/interface.ts';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { scalar, tensor } from '../src/creation.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { withScope } from '../src/graph.ts';
import { realize } from '../src/realize.ts';
import { firstNonFinite } from '../src/reference/index.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

/** Fails when told to. */
class FaultyBackend extends InterpreterBackend {
  fault: Error | undefined;

  override run(...args: [Program, Parameters<InterpreterBackend['run']>[1]]): Promise<void> {
    const { fault } = this;
    this.fault = undefined;
    return fault ? Promise.reject(fault) : super.run(...args);
  }
}

const backend = new FaultyBackend();
registerDevice('faulty', async () => new BackendDevice(backend));
setDefaultDevice('faulty');

it('a read inside a compiled function fails where it stands', async () => {
  const reading = compile((x: Tensor) => {
    void x.data();
    return x;
  });
  await expect(reading(tensor([1]))).rejects.toThrow(/data: a compiled function has no values/);
  const realizing = compile((x: Tensor) => {
    void realize(x);
  });
  await expect(realizing(tensor([1]))).rejects.toThrow(/realize: a compiled function/);
});

it('a function that returns a promise is not compiled', async () => {
  const waiting = compile(async (x: Tensor) => x);
  await expect(waiting(tensor([1]))).rejects.toThrow(/returned a promise/);
  const readingLater = compile(async (x: Tensor) => (await x.item()) + 1);
  await expect(readingLater(tensor([1]))).rejects.toThrow(/no values|returned a promise/);
});

it.each([
  [new Map(), /got Map; capture it from outside/],
  [new Float32Array(2), /got Float32Array/],
  [() => 1, /a function cannot be an argument/],
  [Promise.resolve(1), /got a promise; await it/],
  [1n, /got a bigint/],
] as const)('an argument of a wrong kind: %s', async (argument, message) => {
  await expect(compile((x: unknown) => x)(argument)).rejects.toThrow(message);
});

it('options of compile are checked', () => {
  expect(() => compile((x: Tensor) => x, { cache: 3 } as never)).toThrow(/unknown option 'cache'/);
  expect(() => compile((x: Tensor) => x, { cacheSize: 0 })).toThrow(/cacheSize must be/);
});

it('a tensor in arithmetic of JavaScript is an error, in text it is not', () => {
  const x = scalar(1);
  expect(() => (x as unknown as number) * 2).toThrow(/a tensor is not a number/);
  expect(() => (x as unknown as number) < 2).toThrow(/a tensor is not a number/);
  expect(`${x}`).toMatch(/^Tensor f32/);
});

it('a failed run is reported by every read that builds on it, and by no other', async () => {
  const v = new Variable(tensor([1]));
  const step = compile(() => {
    v.assign(v.add(1));
    return v.mul(10);
  });
  await step();
  const other = await tensor([7]).add(1).realize();
  backend.fault = new Error('the device fell off');
  const result = await step();
  const later = await step();
  await expect(result.data()).rejects.toThrow('the device fell off');
  await expect(later.data()).rejects.toThrow('the device fell off');
  await expect(v.add(1).data()).rejects.toThrow('the device fell off');
  expect(await other.toArray()).toEqual([8]);
  v.assign(tensor([5]));
  expect(await (await step()).toArray()).toEqual([60]);
});

it('a failed eager run rejects the call, and reads of it later', async () => {
  backend.fault = new Error('no more');
  const x = tensor([1]).add(1);
  await expect(x.data()).rejects.toThrow('no more');
  await expect(x.data()).rejects.toThrow('no more');
});

it('names the first operation that left the finite numbers', async () => {
  const x = tensor([1, 0, 4]);
  const y = withScope('decoder.norm', () => x.log()).mul(2);
  expect(await firstNonFinite([x.sqrt(), y])).toEqual({
    operation: 'log',
    scope: 'decoder.norm',
    value: Number.NEGATIVE_INFINITY,
    element: 1,
    shape: [3],
  });
  expect(await firstNonFinite(x.sqrt())).toBeUndefined();
});

it('finds it in a compiled step, from the values that variables have', async () => {
  const v = new Variable(tensor([4]));
  const step = compile((x: Tensor, rate: number) => {
    const y = withScope('head', () => v.mul(rate).sqrt()).add(x);
    v.assign(v.sub(3));
    return y;
  });
  const x = tensor([1]);
  expect(await firstNonFinite(await step.trace(x, 2))).toBeUndefined();
  await step(x, 2);
  await step(x, 2);
  const found = await firstNonFinite(await step.trace(x, 2));
  expect(found).toMatchObject({ operation: 'sqrt', scope: 'head', element: 0 });
  expect(await v.toArray()).toEqual([-2]);
});
