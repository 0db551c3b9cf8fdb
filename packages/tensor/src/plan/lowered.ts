import type { Plan } from '../backend/interface.ts';
import type { Node } from '../graph.ts';

/** A graph to compute. */
export interface Graph {
  /** Values that the caller gets. */
  readonly outputs: readonly Node[];
  /** New values of variables, written over the old ones: the leaf that reads the variable, and the value. */
  readonly assigns: readonly { readonly variable: Node; readonly value: Node }[];
}

/** What to bind at one position of a plan. */
export type Binding =
  | { readonly kind: 'leaf'; readonly node: Node }
  | { readonly kind: 'scalars' }
  | { readonly kind: 'output'; readonly index: number };

/** A plan and what its bindings mean. */
export interface Lowered {
  readonly plan: Plan;
  readonly bindings: readonly Binding[];
  /** Host scalars in the order of their slots. */
  readonly scalars: readonly Node[];
  /** Per output: its position among the fresh buffers, or the leaf that holds it already. */
  readonly outputs: readonly ({ readonly fresh: number } | { readonly leaf: Node })[];
  /** Bytes of each fresh buffer. */
  readonly freshBytes: readonly number[];
  /** The largest sum of live temporaries over the schedule: a lower bound for `plan.arenaBytes`. */
  readonly liveBytes: number;
}
