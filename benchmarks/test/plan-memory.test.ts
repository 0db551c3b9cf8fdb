import type { Plan, PlanBuffer } from '@llm/tensor/backend';
import { expect, test } from 'vitest';
import { planMemory } from '../ours/plan-memory.ts';

/** A plan whose steps use the buffers given; kernels do not matter here. */
function planOf(buffers: readonly PlanBuffer[], uses: readonly number[][]): Plan {
  const steps = uses.map((list) => ({
    kernel: {} as never,
    buffers: list,
    scratch: [],
    scope: '',
  }));
  return { steps, buffers, bindings: 2, arenaBytes: 256 };
}

const arena = (bytes: number): PlanBuffer => ({ kind: 'arena', offset: 0, bytes });

test('live bytes are those between first and last use, at the fullest step', () => {
  const plan = planOf(
    [{ kind: 'binding', index: 0, bytes: 1000 }, arena(10), arena(20), arena(40), arena(80)],
    [
      [0, 1],
      [1, 2], // 10 and 20 alive
      [2, 3], // 20 and 40
      [3, 0], // 40
    ],
  );
  // the buffer of 80 is never used
  expect(planMemory(plan)).toEqual({ bound: 1000, arena: 256, live: 60 });
});

test('a buffer bound once counts once, however many ranges of it are used', () => {
  const plan = planOf(
    [
      { kind: 'binding', index: 0, bytes: 100 },
      { kind: 'binding', index: 0, bytes: 100 },
      { kind: 'binding', index: 1, bytes: 50 },
    ],
    [[0, 1, 2]],
  );
  expect(planMemory(plan)).toEqual({ bound: 150, arena: 256, live: 0 });
});
