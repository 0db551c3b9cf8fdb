import { describe, it } from 'vitest';
import { opCases } from '../../src/ops/cases.ts';
import { evaluatorOf } from '../../src/testing/backend-evaluator.ts';
import { checkBackward, checkForward } from '../../src/testing/check-case.ts';
import { InterpreterBackend } from '../support/interpreter-backend.ts';

// The whole compiler, its kernels interpreted: what is wrong here is wrong on every backend.
const compiled = evaluatorOf(new InterpreterBackend());

describe.each(opCases)('compiled $operation: $test.name', ({ test }) => {
  it('gives the values of the oracle', () => checkForward(test, compiled));

  it('gives the gradients of the oracle', () => checkBackward(test, compiled));
});
