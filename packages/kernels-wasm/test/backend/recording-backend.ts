import type { Plan } from '@llm/tensor/backend';
import { evaluatorOf } from '@llm/tensor/testing';
import { afterAll } from 'vitest';
import { WasmBackend, type WasmBackendOptions } from '../../src/index.ts';

const created: WasmBackend[] = [];
afterAll(async () => {
  for (const backend of created) await backend.dispose();
});

/** A backend that remembers the names of the kernels it was given, and goes when the file's tests are done. */
export function recording(options: WasmBackendOptions) {
  const backend = WasmBackend.create(options);
  created.push(backend);
  const names: string[] = [];
  const prepare = backend.prepare.bind(backend);
  backend.prepare = (plan: Plan) => {
    names.push(...plan.steps.map(({ kernel }) => kernel.name));
    return prepare(plan);
  };
  return { backend, names, evaluator: evaluatorOf(backend) };
}
