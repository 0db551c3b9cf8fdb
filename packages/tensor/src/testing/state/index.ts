import type { StateCase } from './check.ts';
import { resultCases } from './results.ts';
import { scanCases } from './scans.ts';
import { settingCases } from './settings.ts';
import { variableCases } from './variables.ts';

export { type Runner, runners, type StateCase } from './check.ts';

/** What must hold of variables, results, randomness and settings on every device, eager and compiled. */
export const stateCases: readonly StateCase[] = [
  ...variableCases,
  ...resultCases,
  ...settingCases,
  ...scanCases,
];
