/**
 * Suite `webgpu`: the WebGPU backend against its peers on the same adapter, in Node through Dawn.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { decodeCases } from './decode.ts';
import { encodeCases } from './encode.ts';
import { gptStepCases } from './gpt-step.ts';
import { matmulCases } from './matmul.ts';
import { memoryCases } from './memory.ts';

/** All cases, in the order of the table. */
export const webgpu: Suite = {
  name: 'webgpu',
  cases: [...matmulCases, ...memoryCases, ...gptStepCases, ...encodeCases, ...decodeCases],
};
