/**
 * What a plan should need, reckoned from its steps alone and not from what its planner says.
 *
 * @module
 */
import type { Plan } from '@llm/tensor/backend';

/** Bytes of a plan. */
export interface PlanMemory {
  /** Buffers bound from outside: variables, inputs, outputs. */
  readonly bound: number;
  /** The scratch arena as the planner laid it out. */
  readonly arena: number;
  /** The largest sum of scratch buffers alive at one step, from first use to last: no layout needs less. */
  readonly live: number;
}

/** Adds up a plan's memory. */
export function planMemory(plan: Plan): PlanMemory {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  plan.steps.forEach(({ buffers, scratch }, step) => {
    for (const buffer of [...buffers, ...scratch]) {
      if (!first.has(buffer)) first.set(buffer, step);
      last.set(buffer, step);
    }
  });
  const bound = new Map<number, number>();
  // what becomes alive at a step, and what dies after it
  const change = new Array<number>(plan.steps.length + 1).fill(0);
  plan.buffers.forEach((buffer, position) => {
    if (buffer.kind === 'binding') bound.set(buffer.index, buffer.bytes);
    else if (first.has(position)) {
      change[first.get(position)!]! += buffer.bytes;
      change[last.get(position)! + 1]! -= buffer.bytes;
    }
  });
  let [alive, live] = [0, 0];
  for (const bytes of change) {
    alive += bytes;
    live = Math.max(live, alive);
  }
  return {
    bound: [...bound.values()].reduce((total, bytes) => total + bytes, 0),
    arena: plan.arenaBytes,
    live,
  };
}
