/**
 * Checks that imports between packages point downwards, that packages have no import cycles, that
 * package.json lists what is imported and nothing else, and that files stay short. Part of `npm run lint`.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { checkWorkspace } from './layers/check.ts';

const problems = checkWorkspace(fileURLToPath(new URL('..', import.meta.url)));
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'layers: ok' : `layers: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
