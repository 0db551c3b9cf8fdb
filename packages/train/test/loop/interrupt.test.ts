import { interruptSignal } from '@llm/train';
import { expect, it } from 'vitest';

it('turns the first Ctrl-C into a signal, and leaves the next to the process', () => {
  const before = process.listenerCount('SIGINT');
  const interrupt = interruptSignal();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  process.emit('SIGINT');
  expect(interrupt.signal.aborted).toBe(true);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('stops listening when disposed', () => {
  const before = process.listenerCount('SIGTERM');
  {
    using interrupt = interruptSignal();
    expect(interrupt.signal.aborted).toBe(false);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  }
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
