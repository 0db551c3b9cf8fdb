import type { Plan, StepTiming } from './backend/interface.ts';
import { formatBytes, table, worksOf } from './explain.ts';

/** What one kernel of a profiled call took. */
export interface KernelProfile {
  readonly name: string;
  /** Path of the module that it computes for; empty outside modules. */
  readonly scope: string;
  readonly kind: 'loop' | 'matmul' | 'coarse' | 'joint';
  /** Milliseconds on the device; of the body of a scan, all iterations together. */
  readonly milliseconds: number;
  /** Bytes that it has to move at least. */
  readonly bytes: number;
  /** Floating-point operations; 0 for coarse kernels, which are not counted. */
  readonly operations: number;
}

/** Where the time of one call went, kernel by kernel. */
export class Profile {
  /** @param kernels in the order in which they ran */
  constructor(readonly kernels: readonly KernelProfile[]) {}

  /** Milliseconds in all kernels together; what lies between them is not measured. */
  get milliseconds(): number {
    return this.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  }

  /** A table of the kernels, the slowest first: share of the time, time, rates. */
  toString(): string {
    const total = this.milliseconds;
    const rows = this.kernels
      .toSorted((a, b) => b.milliseconds - a.milliseconds)
      .map(({ kind, name, scope, milliseconds, bytes, operations }) => [
        total > 0 ? `${((100 * milliseconds) / total).toFixed(1)} %` : '–',
        `${milliseconds.toFixed(3)} ms`,
        formatBytes(bytes),
        rate(bytes, milliseconds, 'GB/s'),
        rate(operations, milliseconds, 'GFLOP/s'),
        kind,
        name,
        scope,
      ]);
    const header = ['share', 'time', 'moves', 'memory', 'arithmetic', 'kind', 'kernel', 'scope'];
    return [
      table([header, ...rows]),
      '',
      `${this.kernels.length} kernels, ${total.toFixed(3)} ms`,
    ].join('\n');
  }

  /**
   * The kernels as JSON in the Trace Event Format, for Perfetto and `chrome://tracing`: one after the other without
   * gaps, since only durations are measured.
   */
  toChromeTrace(): string {
    let start = 0;
    const traceEvents = this.kernels.map((kernel) => {
      const { kind, name, scope, milliseconds, bytes, operations } = kernel;
      const [ts, dur] = [1000 * start, 1000 * milliseconds]; // microseconds
      start += milliseconds;
      const args = { scope, bytes, operations };
      return { name, cat: kind, ph: 'X', ts, dur, pid: 1, tid: 1, args };
    });
    return JSON.stringify({ traceEvents, displayTimeUnit: 'ms' });
  }
}

/** Joins the times of a plan's steps with their work. @throws Error if the device measured other steps */
export function kernelProfiles(plan: Plan, timings: readonly StepTiming[]): KernelProfile[] {
  const { steps } = plan;
  if (timings.length !== steps.length) {
    throw new Error(
      `profile: the device gives times of ${timings.length} kernels, want ${steps.length}, one for each of the plan`,
    );
  }
  const works = worksOf(plan);
  return timings.map(({ name, scope, milliseconds }, i) => {
    return { name, scope, kind: steps[i]!.kernel.kind, milliseconds, ...works[i]! };
  });
}

function rate(count: number, milliseconds: number, unit: string): string {
  if (count === 0 || milliseconds <= 0) return '–';
  return `${(count / milliseconds / 1e6).toFixed(1)} ${unit}`;
}
