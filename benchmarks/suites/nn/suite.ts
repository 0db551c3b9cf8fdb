/**
 * Suite `nn`: models and their files.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { load } from './load.ts';
import { minilmCases } from './minilm.ts';
import { smollm2Cases } from './smollm2.ts';

/** All cases, in the order of the table. */
export const nn: Suite = { name: 'nn', cases: [...minilmCases, ...smollm2Cases, load] };
