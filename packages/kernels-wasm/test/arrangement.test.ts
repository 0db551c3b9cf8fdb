import { describe, expect, it } from 'vitest';
import { ARENA, arrange, type Touch } from '../src/arrangement.ts';

const read = (space: number, start = 0, end = 64): Touch => ({ space, start, end, writes: false });
const write = (space: number, start = 0, end = 64): Touch => ({ space, start, end, writes: true });

describe('arrange', () => {
  it('keeps what depends on something in its order', () => {
    const chain = [
      [read(0), write(1)],
      [read(1), write(2)],
      [read(2), write(3)],
    ];
    expect(arrange(chain)).toEqual({ order: [0, 1, 2], after: [0, 1, 2] });
  });
  it('lets readers of one value wait for it alone', () => {
    const readers = [[write(0)], [read(0), write(1)], [read(0), write(2)]];
    expect(arrange(readers)).toEqual({ order: [0, 1, 2], after: [0, 1, 1] });
  });
  it('puts what waits for nothing between links of a chain, and the chain first', () => {
    const instructions = [
      [write(5)],
      [write(0)],
      [read(0), write(1)],
      [write(6)],
      [read(1), write(2)],
    ];
    expect(arrange(instructions)).toEqual({ order: [1, 0, 2, 3, 4], after: [0, 0, 1, 0, 3] });
  });
  it('waits with a write for all that read the old value', () => {
    const instructions = [[write(0)], [read(0), write(1)], [read(0), write(2)], [write(0)]];
    expect(arrange(instructions)).toEqual({ order: [0, 1, 2, 3], after: [0, 1, 1, 3] });
  });
  it('takes an update in place for a read and a write', () => {
    const update = [read(0), write(0)];
    expect(arrange([update, update, [read(0), write(1)]]).after).toEqual([0, 1, 2]);
  });
  it('waits for memory of the arena that is used again, in part too', () => {
    const instructions = [
      [write(ARENA, 0, 128)],
      [read(ARENA, 0, 128), write(1)],
      [write(ARENA, 64, 192)],
      [write(ARENA, 192, 256)],
      [read(ARENA, 128, 256), write(2)],
    ];
    expect(arrange(instructions)).toEqual({ order: [0, 3, 1, 2, 4], after: [0, 0, 1, 3, 4] });
  });
  it('orders every two instructions that conflict, in any program', () => {
    let state = 1;
    const next = (limit: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % limit;
    };
    for (let program = 0; program < 200; program++) {
      const instructions = Array.from({ length: 30 }, () =>
        Array.from({ length: 1 + next(4) }, (): Touch => {
          const start = next(20);
          return { space: next(3) - 1, start, end: start + 1 + next(8), writes: next(3) === 0 };
        }),
      );
      const { order, after } = arrange(instructions);
      expect([...order].sort((a, b) => a - b)).toEqual([...instructions.keys()]);
      const positions = instructions.map((_, index) => order.indexOf(index));
      instructions.forEach((touches, later) => {
        instructions.slice(0, later).forEach((others, earlier) => {
          const conflict = touches.some((a) =>
            others.some(
              (b) =>
                a.space === b.space && (a.writes || b.writes) && a.start < b.end && b.start < a.end,
            ),
          );
          if (!conflict) return;
          // The later one waits until the earlier one is done, and what it waits for precedes it.
          expect(positions[earlier]).toBeLessThan(after[positions[later]!]!);
          expect(after[positions[later]!]).toBeLessThanOrEqual(positions[later]!);
        });
      });
    }
  });
});
