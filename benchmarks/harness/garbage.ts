/**
 * Garbage collection on demand, so that one contender's garbage is not collected in another's time.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects all garbage now (a full, blocking collection). */
export function collectGarbage(): void {
  collect();
}
