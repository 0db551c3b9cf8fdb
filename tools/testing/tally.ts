/**
 * Counts what a vitest run did, so that it can end with one plain line.
 *
 * @module
 */
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What happened in one run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A reporter that only counts; it prints nothing and stands beside a readable one. */
export class Tally implements Reporter {
  /** Reasons that tests gave for being skipped, each with the number of tests. */
  readonly skipReasons = new Map<string, number>();
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  get counts(): Counts {
    return { passed: this.#passed, failed: this.#failed, skipped: this.#skipped };
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#failed += unhandled.length;
    for (const module of modules) this.#countModule(module);
  }

  #countModule(module: TestModule): void {
    // An error outside a test (an import that throws, a failing hook) must not pass for silence.
    this.#failed += module.errors().length;
    for (const suite of module.children.allSuites()) this.#failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') this.#passed++;
      else if (result.state === 'skipped') {
        this.#skipped++;
        if (result.note) {
          this.skipReasons.set(result.note, (this.skipReasons.get(result.note) ?? 0) + 1);
        }
      } else this.#failed++; // failed, or still pending when the run ended
    }
  }
}

/** The closing line: `12 passed, 0 failed`, and `, 3 skipped` when any were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A run that tested nothing is a failure: an empty suite must not look green. */
export function succeeded({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}
