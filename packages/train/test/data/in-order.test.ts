import { describe, expect, it } from 'vitest';
import { inOrder, type Task } from '../../src/data/in-order.ts';

const soon = (ticks: number) => new Promise<void>((done) => setTimeout(done, ticks));

/** Tasks that note when they begin and end; later ones are quicker. */
async function* tasks(count: number, events: string[], fails = -1): AsyncGenerator<Task<number>> {
  for (let i = 0; i < count; i++) {
    yield async () => {
      events.push(`begin ${i}`);
      await soon(2 * (count - i));
      events.push(`end ${i}`);
      if (i === fails) throw new Error(`task ${i}`);
      return i;
    };
  }
}

async function results(ahead: number, events: string[], fails?: number): Promise<number[]> {
  const got: number[] = [];
  for await (const result of inOrder(tasks(5, events, fails), ahead)) {
    events.push(`got ${result}`);
    got.push(result);
    await soon(0);
  }
  return got;
}

describe('inOrder', () => {
  it('gives results in the order of the tasks, which run side by side', async () => {
    const events: string[] = [];
    expect(await results(3, events)).toEqual([0, 1, 2, 3, 4]);
    expect(events.slice(0, 3)).toEqual(['begin 0', 'begin 1', 'begin 2']);
    expect(events.indexOf('end 2')).toBeLessThan(events.indexOf('end 0'));
    expect(events.indexOf('begin 4')).toBeGreaterThan(events.indexOf('end 0'));
  });

  it('does nothing ahead with 0', async () => {
    const events: string[] = [];
    await results(0, events);
    expect(events.slice(0, 6)).toEqual(['begin 0', 'end 0', 'got 0', 'begin 1', 'end 1', 'got 1']);
  });

  it('throws an error in its place, behind the results before', async () => {
    const events: string[] = [];
    await expect(results(4, events, 2)).rejects.toThrow('task 2');
    expect(events.filter((event) => event.startsWith('got'))).toEqual(['got 0', 'got 1']);
    expect(events).toContain('begin 3');
  });

  it('closes what gives the tasks when the caller leaves', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Task<number>> {
      try {
        for (let i = 0; ; i++) yield () => i;
      } finally {
        closed = true;
      }
    }
    for await (const each of inOrder(endless(), 2)) if (each === 3) break;
    expect(closed).toBe(true);
  });
});
