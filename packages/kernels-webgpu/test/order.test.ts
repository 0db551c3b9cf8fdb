import { expect, it } from 'vitest';
import { Order } from '../src/order.ts';

it('runs tasks at once while nothing waits, and in the order of the calls', async () => {
  const order = new Order();
  const done: string[] = [];
  const note = (name: string) => () => {
    done.push(name);
    return name;
  };
  void order.run(note('first'));
  expect(done).toEqual(['first']);

  let open: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const second = order.run(note('second'), ready);
  const third = order.run(note('third'));
  expect(order.isIdle).toBe(false);
  await Promise.resolve();
  expect(done).toEqual(['first']);
  open();
  expect(await Promise.all([second, third])).toEqual(['second', 'third']);
  expect(done).toEqual(['first', 'second', 'third']);
  expect(order.isIdle).toBe(true);
});

it('goes on after a task that fails, or that nothing makes ready', async () => {
  const order = new Order();
  const refused = order.run(() => 'never', Promise.reject(new Error('not ready')));
  const failed = order.run(() => {
    throw new Error('no');
  });
  const fine = order.run(() => 'fine');
  await expect(refused).rejects.toThrow('not ready');
  await expect(failed).rejects.toThrow('no');
  expect(await fine).toBe('fine');
});
