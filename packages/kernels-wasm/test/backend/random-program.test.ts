import { buildProgram, evaluatorOf } from '@llm/tensor/testing';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkProgram,
  inputsOf,
  programRuns,
  programs,
} from '../../../tensor/test/support/random-programs.ts';
import { WasmBackend, type WasmBackendOptions } from '../../src/index.ts';

const setups: readonly [string, WasmBackendOptions, boolean][] = [
  ['fused, 2 threads', { threads: 2, debug: true }, true],
  ['unfused, 3 threads, plain SIMD', { threads: 3, relaxedSimd: false }, false],
];

describe.each(setups)('random programs on WebAssembly, %s', (_name, options, fusion) => {
  const backend = WasmBackend.create(options);
  const evaluate = evaluatorOf(backend, { fusion });
  afterAll(() => backend.dispose());

  it('agree with the oracle', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const nodes = buildProgram(program, inputsOf(program, 1));
        const got = await evaluate(nodes);
        checkProgram('wasm', got, buildProgram(program, inputsOf(program, 1)));
        expect(got).toHaveLength(nodes.length);
      }),
      { numRuns: programRuns },
    );
  });
});
