/**
 * Suite `apps`: what users wait for.
 *
 * @module
 */
import type { Suite } from '../../harness/case.ts';
import { firstResult } from './first-result.ts';
import { overhead } from './overhead.ts';

/** All cases, in the order of the table. */
export const apps: Suite = { name: 'apps', cases: [firstResult, overhead] };
