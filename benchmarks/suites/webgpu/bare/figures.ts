/**
 * Figures of a device, printed as they come and once more as a table at the end.
 *
 * @module
 */
import { median } from '../../../harness/statistics.ts';

/** Collects figures. One that fails is a row as well: the others are still worth having. */
export class Figures {
  readonly #rows: (readonly [name: string, value: string, note: string])[] = [];
  /** Names of what failed. */
  readonly failed: string[] = [];

  /** Adds a figure: a number with its unit, and what it means. */
  add(name: string, value: number | string, unit = '', note = ''): void {
    const text = typeof value === 'number' ? String(Number(value.toPrecision(3))) : value;
    this.#rows.push([name, unit ? `${text} ${unit}` : text, note]);
    console.log(`${name}: ${text} ${unit} ${note}`.trimEnd());
  }

  /** Runs what adds figures. */
  async measure(name: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.failed.push(name);
      this.add(name, 'failed', '', error instanceof Error ? error.message.split('\n')[0] : '');
    }
  }

  /** All figures in columns. */
  toString(): string {
    const widths = [0, 1].map((column) =>
      Math.max(...this.#rows.map((row) => row[column]!.length)),
    );
    return this.#rows
      .map(([name, value, note]) =>
        `${name.padEnd(widths[0]!)}  ${value.padStart(widths[1]!)}  ${note}`.trimEnd(),
      )
      .join('\n');
  }
}

/** Median milliseconds of a run, after two that warm up. */
export async function timeOf(run: () => Promise<unknown>, rounds = 7): Promise<number> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const start = performance.now();
    await run();
    if (round >= 0) times.push(performance.now() - start);
  }
  return median(times);
}
