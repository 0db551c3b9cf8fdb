/**
 * Counts what a vitest run did, so that it can end with one plain line.
 *
 * @module
 */
import type { Reporter, SerializedError, TestCase, TestModule, TestResult } from 'vitest/node';
import './skip-reason.ts';

/** What happened in one run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A reporter that only counts; it prints nothing and stands beside a readable one. */
export class Tally implements Reporter {
  /** Reasons that tests or suites gave for being skipped. */
  readonly skipReasons = new Set<string>();
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
        const reason = skipReason(test, result);
        if (reason) this.skipReasons.add(reason);
      } else this.#failed++; // failed, or still pending when the run ended
    }
  }
}

/** The note of `skip(note)`, or the `skipReason` of the test or of a suite around it. */
function skipReason(test: TestCase, result: TestResult): string | undefined {
  if (result.state === 'skipped' && result.note) return result.note;
  let task: TestCase | TestCase['parent'] = test;
  while (task.type !== 'module' && !task.meta().skipReason) task = task.parent;
  return task.meta().skipReason;
}

/** The closing line: `12 passed, 0 failed`, and `, 3 skipped` when any were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A run that tested nothing is a failure: an empty suite must not look green. */
export function succeeded({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}
