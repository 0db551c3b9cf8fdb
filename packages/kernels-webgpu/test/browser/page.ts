/** Runs in a page: every operation's cases on the browser's WebGPU. What came of it is left in `outcome`. */
import { checkBackward, checkForward, evaluatorOf, opCases } from '@llm/tensor/testing';
import { createWebGpuBackend } from '../../src/index.ts';
import type { Outcome } from './outcome.ts';

async function run(): Promise<Outcome> {
  const backend = await createWebGpuBackend({ debug: true });
  const evaluator = evaluatorOf(backend);
  const gradients = new URLSearchParams(location.search).has('gradients');
  const failures: string[] = [];
  let passed = 0;
  for (const { operation, test } of opCases) {
    try {
      await checkForward(test, evaluator);
      if (gradients) await checkBackward(test, evaluator);
      passed++;
    } catch (error) {
      failures.push(`${operation}: ${String(error)}`);
    }
  }
  const { vendor, architecture, features } = backend.device.adapter;
  await backend.dispose();
  return { adapter: `${vendor} ${architecture}`, features: [...features], passed, failures };
}

const page = globalThis as { outcome?: Outcome };
run().then(
  (outcome) => {
    page.outcome = outcome;
  },
  (error) => {
    page.outcome = { adapter: '', features: [], passed: 0, failures: [String(error)] };
  },
);
