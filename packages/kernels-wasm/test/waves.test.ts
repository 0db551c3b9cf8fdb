import { describe, expect, it } from 'vitest';
import { ARENA, type Touch, wavesOf } from '../src/waves.ts';

const read = (space: number, start = 0, end = 64): Touch => ({ space, start, end, writes: false });
const write = (space: number, start = 0, end = 64): Touch => ({ space, start, end, writes: true });

describe('wavesOf', () => {
  it('keeps what depends on something in its order', () => {
    const chain = [
      [read(0), write(1)],
      [read(1), write(2)],
      [read(2), write(3)],
    ];
    expect(wavesOf(chain)).toEqual([0, 1, 2]);
  });
  it('puts readers of one value side by side', () => {
    expect(wavesOf([[write(0)], [read(0), write(1)], [read(0), write(2)]])).toEqual([0, 1, 1]);
  });
  it('moves what waits for nothing to the front', () => {
    expect(
      wavesOf([
        [read(0), write(1)],
        [read(1), write(2)],
        [read(0), write(3)],
      ]),
    ).toEqual([0, 1, 0]);
  });
  it('waits with a write for all that read the old value, and for what wrote it', () => {
    expect(wavesOf([[write(0)], [read(0), write(1)], [read(0), write(2)], [write(0)]])).toEqual([
      0, 1, 1, 2,
    ]);
  });
  it('takes an update in place for a read and a write', () => {
    const update = [read(0), write(0)];
    expect(wavesOf([update, update, [read(0), write(1)]])).toEqual([0, 1, 2]);
  });
  it('waits for memory of the arena that is used again, in part too', () => {
    const instructions = [
      [write(ARENA, 0, 128)],
      [read(ARENA, 0, 128), write(1)],
      [write(ARENA, 64, 192)],
      [write(ARENA, 192, 256)],
      [read(ARENA, 128, 256), write(2)],
    ];
    expect(wavesOf(instructions)).toEqual([0, 1, 2, 0, 3]);
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
      const waves = wavesOf(instructions);
      instructions.forEach((touches, later) => {
        instructions.slice(0, later).forEach((others, earlier) => {
          const conflict = touches.some((a) =>
            others.some(
              (b) =>
                a.space === b.space && (a.writes || b.writes) && a.start < b.end && b.start < a.end,
            ),
          );
          if (conflict) expect(waves[earlier]).toBeLessThan(waves[later]!);
        });
      });
    }
  });
});
