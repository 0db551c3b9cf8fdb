/**
 * Suite `wasm`: the WebAssembly backend on two threads against its peers.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { characterRecipe } from './character-recipe.ts';
import { gptStepCases } from './gpt-step.ts';
import { matmulCases } from './matmul.ts';
import { replayCases } from './replay.ts';
import { rowCases } from './rows.ts';

/** All cases, in the order of the table. */
export const wasm: Suite = {
  name: 'wasm',
  cases: [...matmulCases, ...rowCases, ...gptStepCases, ...replayCases, characterRecipe],
};
