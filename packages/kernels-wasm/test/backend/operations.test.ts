import { checkBackward, checkForward, evaluatorOf, opCases } from '@llm/tensor/testing';
import { afterAll, describe, it } from 'vitest';
import { WasmBackend } from '../../src/index.ts';

/** Every operation's cases, against the oracle: the whole compiler and this backend. */
describe.each([
  ['fused', { fusion: true }, { threads: 2, debug: true }],
  ['unfused, plain SIMD', { fusion: false }, { threads: 3, relaxedSimd: false }],
] as const)('%s', (_, compiler, options) => {
  const backend = WasmBackend.create(options);
  const evaluator = evaluatorOf(backend, compiler);
  afterAll(() => backend.dispose());

  it.each(opCases.map(({ operation, test }) => [operation, test.name, test] as const))(
    '%s: %s',
    async (_, __, test) => {
      await checkForward(test, evaluator);
      await checkBackward(test, evaluator);
    },
  );
});
