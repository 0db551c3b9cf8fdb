import type { Backend } from '../backend/interface.ts';
import { type NamedCase, opCases } from '../ops/cases.ts';
import { evaluatorOf } from './backend-evaluator.ts';
import { gradientGraphOf } from './case-graph.ts';
import { checkBackward, checkForward } from './check-case.ts';

/** How much `checkOperations` checks. */
export interface CheckOptions {
  /** Whose outputs are checked: every case's, or one case's of each operation. Default `'all'`. */
  readonly outputs?: 'all' | 'one';
  /** Whose gradients are: every case's, or one case's of each operation that has any. Default `'all'`. */
  readonly gradients?: 'all' | 'one';
}

/** What was checked. */
export interface CheckedOperations {
  /** Cases that gave what the oracle gives. */
  readonly passed: number;
  /** Those of them whose gradients were checked too. */
  readonly gradients: number;
  /** What the others said, with the names of their operations. */
  readonly failures: readonly string[];
}

/** Holds operations against the oracle where there is no test runner: in a page. */
export async function checkOperations(
  backend: Backend,
  options: CheckOptions = {},
): Promise<CheckedOperations> {
  const { outputs = 'all', gradients = 'all' } = options;
  const evaluator = evaluatorOf(backend);
  const differentiated = chosen(
    opCases.filter(({ test }) => gradientGraphOf(test)),
    gradients,
  );
  const checked = new Set([...chosen(opCases, outputs), ...differentiated]);
  const failures: string[] = [];
  let passed = 0;
  for (const each of checked) {
    const { operation, test } = each;
    try {
      await checkForward(test, evaluator);
      if (differentiated.has(each)) await checkBackward(test, evaluator);
      passed++;
    } catch (error) {
      failures.push(`${operation}: ${String(error)}`);
    }
  }
  return { passed, gradients: differentiated.size, failures };
}

/** All cases, or the last one of each operation: the first are the plainest. */
function chosen(cases: readonly NamedCase[], which: 'all' | 'one'): ReadonlySet<NamedCase> {
  if (which === 'all') return new Set(cases);
  return new Set(new Map(cases.map((each) => [each.operation, each])).values());
}
