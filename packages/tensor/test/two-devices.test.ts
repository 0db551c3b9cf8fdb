import { expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { realize, tensor } from '../src/index.ts';
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
