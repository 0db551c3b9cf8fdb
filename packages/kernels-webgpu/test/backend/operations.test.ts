import { checkBackward, checkForward, evaluatorOf, opCases } from '@llm/tensor/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

/** Every operation's cases, against the oracle: the whole compiler and this backend. */
describeWebGpu('operations', () => {
  describe.each([
    ['every feature, fused', undefined, { fusion: true }],
    ['no feature, unfused', [], { fusion: false }],
  ] as const)('%s', (_, kernelFeatures, compiler) => {
    let backend: WebGpuBackend;
    let evaluator: ReturnType<typeof evaluatorOf>;
    beforeAll(async () => {
      backend = await createWebGpuBackend({
        debug: true,
        ...(kernelFeatures && { kernelFeatures }),
      });
      evaluator = evaluatorOf(backend, compiler);
    });
    afterAll(() => backend.dispose());

    it.each(opCases.map(({ operation, test }) => [operation, test.name, test] as const))(
      '%s: %s',
      async (_, __, test) => {
        await checkForward(test, evaluator);
        await checkBackward(test, evaluator);
      },
    );
  });
});
