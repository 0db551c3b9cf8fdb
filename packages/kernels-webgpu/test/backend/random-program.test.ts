import { buildProgram, evaluatorOf } from '@llm/tensor/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { checkProgram, inputsOf, programs } from '../../../tensor/test/support/random-programs.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

// Every program brings new shaders, which a software driver takes a tenth of a second each to compile.
const runs = process.env.LLM_TEST_FULL ? 300 : 12;

describeWebGpu('random programs on WebGPU', () => {
  describe.each([true, false])('fused: %s', (fusion) => {
    let backend: WebGpuBackend;
    beforeAll(async () => {
      backend = await createWebGpuBackend({ debug: true });
      backend.prologues = (rows) => rows <= 8; // as on a GPU
    });
    afterAll(() => backend.dispose());

    it('agree with the oracle', async () => {
      const evaluate = evaluatorOf(backend, { fusion });
      await fc.assert(
        fc.asyncProperty(programs, async (program) => {
          const nodes = buildProgram(program, inputsOf(program, 1));
          const got = await evaluate(nodes);
          checkProgram('webgpu', got, buildProgram(program, inputsOf(program, 1)));
          expect(got).toHaveLength(nodes.length);
        }),
        { numRuns: runs, endOnFailure: true }, // shrinking would take minutes
      );
    }, 600_000);
  });
});
