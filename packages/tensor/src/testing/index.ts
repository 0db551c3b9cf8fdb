/**
 * Tests of the operations that any backend can run: every operation's cases, held against the oracle.
 *
 * ```ts
 * for (const { operation, test } of opCases) {
 *   it(`${operation}: ${test.name}`, () => checkForward(test, evaluator));
 * }
 * ```
 *
 * @module @llm/tensor/testing
 */
export type { CaseInput, OpCase, Values } from '../ops/case.ts';
export { type NamedCase, opCases } from '../ops/cases.ts';
export { evaluatorOf } from './backend-evaluator.ts';
export { type CaseGraph, type GradientGraph, gradientGraphOf, graphOf } from './case-graph.ts';
export {
  checkBackward,
  checkFiniteDifferences,
  checkForward,
  type Evaluator,
} from './check-case.ts';
export {
  type CheckedOperations,
  type CheckOptions,
  checkOperations,
} from './check-operations.ts';
export { expectClose, type Tolerance } from './compare.ts';
export { type BufferWatch, expectNoMoreBuffers, watchBuffers } from './leaks.ts';
export { type LoopMemory, trainWithoutDispose } from './memory-cases.ts';
export {
  buildProgram,
  operationCount,
  type ProgramStep,
  type RandomProgram,
} from './random-program.ts';
export { type Runner, runners, type StateCase, stateCases } from './state/index.ts';
