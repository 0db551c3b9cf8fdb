import type { WebGpuBackend } from '@llm/kernels-webgpu';
import { checkBackward, checkForward, evaluatorOf, opCases } from '@llm/tensor/testing';
import type { Figures } from './figures.ts';

/** Every operation's cases, forward and backward, against the oracle; every twelfth if `quick`. */
export async function checkOperations(
  figures: Figures,
  backend: WebGpuBackend,
  quick: boolean,
): Promise<void> {
  const evaluator = evaluatorOf(backend, { fusion: true });
  const cases = opCases.filter((_, number) => !quick || number % 12 === 0);
  const wrong: string[] = [];
  for (const { operation, test } of cases) {
    try {
      await checkForward(test, evaluator);
      await checkBackward(test, evaluator);
    } catch (error) {
      wrong.push(`${operation}: ${test.name}`);
      console.log(`wrong: ${operation}: ${test.name}\n${error}`);
    }
  }
  figures.add('cases equal to the oracle', `${cases.length - wrong.length} of ${cases.length}`);
  if (wrong.length > 0) throw new Error(`wrong: ${wrong.join('; ')}`);
}
