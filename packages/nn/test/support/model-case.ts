import { readdirSync, readFileSync } from 'node:fs';
import { decodeTensors } from '@llm/nn';
import { type Expected, expectedOf } from './expected.ts';

export { autoModelOf } from './expected.ts';

const fixtures = new URL('../fixtures/models/', import.meta.url);

/** One fixture of tools/reference/nn_models.py. */
export interface ModelCase extends Expected {
  readonly name: string;
  readonly folder: URL;
}

/** Names of all fixtures. */
export const modelCases: readonly string[] = readdirSync(fixtures).sort();

/** Reads a fixture. */
export function readModelCase(name: string): ModelCase {
  const folder = new URL(`${name}/`, fixtures);
  const { tensors } = decodeTensors(readFileSync(new URL('expected.safetensors', folder)));
  const config = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8'));
  return { name, folder, ...expectedOf(config, tensors) };
}
