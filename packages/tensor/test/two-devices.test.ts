import { expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { become, compile, realize, tensor, toDevice, Variable } from '../src/index.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

registerDevice('first', async () => new BackendDevice(new InterpreterBackend()));
registerDevice('second', async () => new BackendDevice(new InterpreterBackend()));

it('computes a tensor where its inputs lie, also if they came there after it was made', async () => {
  setDefaultDevice('first');
  const sum = tensor([1, 2]).add(1);
  const waiting = sum.mul(2).add(3); // lies nowhere yet, nor does what it is made of
  await realize(sum);
  setDefaultDevice('second');
  const other = tensor([5]).mul(3);
  await realize(other);
  expect(await waiting.toArray()).toEqual([7, 9]);
  expect(await other.toArray()).toEqual([15]);
});

it('copies a tensor to another device, and says how where two devices meet', async () => {
  setDefaultDevice('first');
  const here = tensor([1, 2]).add(1);
  await realize(here);
  expect(await toDevice(here, 'first')).toBe(here);
  const there = await toDevice(here, 'second');
  expect(there.device).not.toBe(here.device);
  expect(await there.mul(2).toArray()).toEqual([4, 6]);
  expect(() => here.add(there)).toThrow(
    'two devices, interpreter and interpreter; move one with toDevice()',
  );
  await expect(toDevice(here, 'third')).rejects.toThrow("unknown device 'third'");
});

it('gives a variable a value of another device or dtype, which compiled functions follow', async () => {
  setDefaultDevice('first');
  const variable = new Variable(tensor([1, 2]), { name: 'w' });
  const double = compile(() => variable.mul(2));
  expect(await (await double()).toArray()).toEqual([2, 4]);
  become(variable, await toDevice(variable.add(1), 'second'));
  setDefaultDevice('second');
  expect(await (await double()).toArray()).toEqual([4, 6]);
  become(variable, variable.to('f16'));
  const halves = await double();
  expect(halves.dtype).toBe('f16');
  expect(await halves.toArray()).toEqual([4, 6]);
  expect(() => become(variable, tensor([1]))).toThrow('variable w has shape [2], got [1]');
  const inside = compile(() => {
    become(variable, tensor([1, 2]));
    return variable.mul(1);
  });
  await expect(async () => inside()).rejects.toThrow('not inside a compiled function');
});
