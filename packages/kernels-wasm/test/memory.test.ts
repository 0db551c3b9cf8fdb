import { describe, expect, it } from 'vitest';
import { OutOfMemoryError } from '../src/errors.ts';
import { type Allocation, Allocator } from '../src/memory.ts';

const allocator = (limit = 1 << 20) => {
  const grown: number[] = [];
  return {
    grown,
    memory: new Allocator({ start: 1024, limit, grow: (bytes) => grown.push(bytes) }),
  };
};

describe('Allocator', () => {
  it('aligns, counts and remembers the peak', () => {
    const { memory, grown } = allocator();
    const a = memory.allocate(1, 'a');
    const b = memory.allocate(65, 'b');
    expect([a.address, b.address]).toEqual([1024, 1088]);
    expect(memory.liveBytes).toBe(64 + 128);
    memory.release(a);
    expect([memory.liveBytes, memory.peakBytes]).toEqual([128, 192]);
    memory.resetPeak();
    expect(memory.peakBytes).toBe(128);
    expect(memory.allocations()).toEqual([b]);
    expect(grown.at(-1)).toBe(1024 + 64 + 128);
  });
  it('merges neighbours and takes the best fit', () => {
    const { memory } = allocator();
    const [a, b, c, , e] = ['a', 'b', 'c', 'd', 'e'].map((label) =>
      memory.allocate(256, label),
    ) as [Allocation, Allocation, Allocation, Allocation, Allocation];
    memory.allocate(64, 'end');
    memory.release(a);
    memory.release(c);
    memory.release(b);
    memory.release(e);
    // 768 bytes at a, 256 at e: the smaller hole first, then the merged one.
    expect(memory.allocate(200, 'x').address).toBe(e.address);
    expect(memory.allocate(768, 'y').address).toBe(a.address);
  });
  it('extends a free range at the end', () => {
    const { memory, grown } = allocator();
    const a = memory.allocate(512, 'a');
    memory.release(a);
    expect(memory.allocate(1024, 'b').address).toBe(a.address);
    expect(grown.at(-1)).toBe(1024 + 1024);
  });
  it('names what ran out', () => {
    const { memory } = allocator(4096);
    memory.allocate(1024, 'held');
    const error = (() => {
      try {
        return memory.allocate(1 << 20, 'decoder.logits');
      } catch (thrown) {
        return thrown;
      }
    })() as OutOfMemoryError;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({
      label: 'decoder.logits',
      requestedBytes: 1 << 20,
      liveBytes: 1024,
    });
    expect(error.message).toContain("'decoder.logits' wants 1.0 MiB");
    // A failure takes nothing.
    expect(memory.allocate(1024, 'fits').bytes).toBe(1024);
  });
  it('refuses nonsense and double release', () => {
    const { memory } = allocator();
    expect(() => memory.allocate(-1, 'n')).toThrow('-1 bytes');
    const a = memory.allocate(64, 'a');
    memory.release(a);
    expect(() => memory.release(a)).toThrow("release 'a'");
  });
  it('never hands out overlapping ranges', () => {
    const { memory } = allocator(1 << 24);
    let state = 7;
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const held: Allocation[] = [];
    for (let turn = 0; turn < 3000; turn++) {
      if (held.length > 20 || (held.length > 0 && next(2) === 0)) {
        memory.release(held.splice(next(held.length), 1)[0]!);
      } else held.push(memory.allocate(next(5000), `t${turn}`));
      const sorted = [...held].sort((a, b) => a.address - b.address);
      for (let index = 1; index < sorted.length; index++) {
        const before = sorted[index - 1]!;
        expect(before.address + before.bytes).toBeLessThanOrEqual(sorted[index]!.address);
      }
    }
    for (const allocation of held) memory.release(allocation);
    expect(memory.liveBytes).toBe(0);
    // Everything merged into one range again: the whole used part can be had at once.
    expect(memory.allocate(10_000, 'whole').address).toBe(1024);
  });
});
