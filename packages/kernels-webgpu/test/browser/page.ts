/**
 * Runs in a page: every operation's cases on the browser's WebGPU, with the gradients of one case of each, or of all
 * with `?gradients=all`. What came of it is left in `outcome`.
 */
import { checkOperations } from '@llm/tensor/testing';
import { createWebGpuBackend } from '../../src/index.ts';
import type { Outcome } from './outcome.ts';

async function run(): Promise<Outcome> {
  const backend = await createWebGpuBackend({ debug: true });
  const gradients = location.search === '?gradients=all' ? 'all' : 'one';
  const found = await checkOperations(backend, { gradients });
  const { vendor, architecture, features } = backend.device.adapter;
  await backend.dispose();
  return { adapter: `${vendor} ${architecture}`, features: [...features], ...found };
}

const page = globalThis as { outcome?: Outcome };
run().then(
  (outcome) => {
    page.outcome = outcome;
  },
  (error) => {
    page.outcome = {
      adapter: '',
      features: [],
      passed: 0,
      gradients: 0,
      failures: [String(error)],
    };
  },
);
