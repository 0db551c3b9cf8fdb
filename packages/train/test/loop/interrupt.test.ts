import { interruptSignal } from '@llm/train';
import { expect, it, vi } from 'vitest';

it('turns the first Ctrl-C into a signal, and leaves the next to the process', () => {
  const before = process.listenerCount('SIGINT');
  const interrupt = interruptSignal();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  vi.useFakeTimers();
  process.emit('SIGINT');
  expect(interrupt.signal.aborted).toBe(true);
  process.emit('SIGINT'); // the same key press, passed on by a launcher
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  vi.advanceTimersByTime(500);
  expect(process.listenerCount('SIGINT')).toBe(before);
  vi.useRealTimers();
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
