import { backward, type Module, type Tensor, Variable } from '@llm/nn';
import { expect } from 'vitest';
import type { Case } from './fixture.ts';
import { expectClose } from './values.ts';

/**
 * Loads a case's parameters into a module, calls it, and compares outputs and the gradients of all parameters
 * and inputs with PyTorch's.
 */
export function checkCase<M extends Module>(
  fixture: Case,
  module: M,
  call: (module: M, inputs: Record<string, Tensor>) => Tensor | readonly Tensor[],
): void {
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
  Object.entries(fixture.output).forEach(([index, want]) => {
    expectClose(outputs[Number(index)]!, want, `output ${index}`);
  });
  backward(outputs[0]!.mul(fixture.upstream.output!).sum());
  const names = [...module.namedParameters()].map(([name]) => name);
  expect(names.sort()).toEqual(Object.keys(fixture.gradient).sort());
  for (const [name, parameter] of module.namedParameters()) {
    // A bias of the keys moves no softmax: its gradient is rounding noise on both sides.
    expectClose(parameter.grad!, fixture.gradient[name]!, `gradient of ${name}`, 5e-6);
  }
  for (const [name, want] of Object.entries(fixture.inputGradient)) {
    expectClose((inputs[name] as Variable).grad!, want, `gradient of input ${name}`, 5e-6);
  }
}
