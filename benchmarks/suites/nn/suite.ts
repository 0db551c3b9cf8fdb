/**
 * Suite `nn`: models and their files.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { load } from './load.ts';
import { minilmCases } from './minilm.ts';

/** All cases, in the order of the table. */
export const nn: Suite = { name: 'nn', cases: [...minilmCases, load] };
