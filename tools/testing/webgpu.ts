/**
 * Tests that need a WebGPU adapter: run where there is one, skipped where there is none, and failed where
 * `LLM_REQUIRE_WEBGPU=1` says that there must be one.
 *
 * @module
 */
import { devices } from '@llm/kernels-webgpu';
import { describe } from 'vitest';
import { noAdapter } from './skip-reason.ts';

const { adapters, reason } = await devices();
const available = adapters.length > 0;
if (!available && process.env.LLM_REQUIRE_WEBGPU === '1') {
  throw new Error(`LLM_REQUIRE_WEBGPU=1, but there is no adapter to test on. ${reason}`);
}

/** `describe` for tests on a WebGPU device; the runner prints why they were skipped, if they were. */
export function describeWebGpu(name: string, body: () => void): void {
  if (available) describe(name, body);
  else describe(name, { skip: true, meta: { skipReason: noAdapter } }, body);
}
