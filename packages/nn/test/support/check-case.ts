import { backward, type Module, type Tensor, Variable } from '@llm/nn';
import { expect } from 'vitest';
import type { Case } from './fixture.ts';
import { expectAllClose, expectAllCloseOnDevice } from './values.ts';

/**
 * Loads a case's parameters into a module, calls it, and compares outputs and the gradients of all parameters
 * and inputs with PyTorch's: by the oracle, and as the default device computes them.
 */
export async function checkCase<M extends Module>(
  fixture: Case,
  module: M,
  call: (module: M, inputs: Record<string, Tensor>) => Tensor | readonly Tensor[],
): Promise<void> {
  module.loadStateDict(fixture.parameter);
  module.eval();
  const inputs = Object.fromEntries(
    Object.entries(fixture.input).map(([name, value]) => [
      name,
      name in fixture.inputGradient ? new Variable(value) : value,
    ]),
  );
  const result = call(module, inputs);
  const outputs = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
  backward(outputs[0]!.mul(fixture.upstream.output!).sum());
  const parameters = Object.fromEntries(module.namedParameters());
  expect(Object.keys(parameters).sort()).toEqual(Object.keys(fixture.gradient).sort());
  // The fixtures were computed in f64; the oracle rounds to f32 after each operation.
  const comparisons = [
    ...Object.entries(fixture.output).map(([index, want]) => ({
      label: `output ${index}`,
      got: outputs[Number(index)]!,
      want,
      tolerance: 2e-6,
    })),
    ...Object.entries(fixture.gradient).map(([name, want]) => ({
      label: `gradient of ${name}`,
      got: parameters[name]!.grad!,
      want,
      tolerance: 5e-6,
    })),
    ...Object.entries(fixture.inputGradient).map(([name, want]) => ({
      label: `gradient of input ${name}`,
      got: (inputs[name] as Variable).grad!,
      want,
      tolerance: 5e-6,
    })),
  ];
  expectAllClose(comparisons);
  await expectAllCloseOnDevice(comparisons);
}
