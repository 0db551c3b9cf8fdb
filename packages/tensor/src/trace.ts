import type { Node } from './graph.ts';

/**
 * What a function being compiled does to variables. While one is active, variables read and write
 * through it, and reading a tensor's values is an error.
 */
export interface Trace {
  /** The node that stands for the variable's current version. */
  read(variable: object, current: Node): Node;
  assign(variable: object, value: Node): void;
  gradient(variable: object): Node | undefined;
  setGradient(variable: object, gradient: Node | undefined): void;
  /** A number that each run may change without a retrace, such as a generator's position. */
  hostScalar(key: object, dtype: 'f32' | 'i32' | 'u32', read: () => number): Node;
}

let active: Trace | undefined;

/** The trace of the function being compiled, if one is. */
export function activeTrace(): Trace | undefined {
  return active;
}

/** Runs `body` under a trace. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  if (active)
    throw new Error('compile: a compiled function cannot be called while another is traced');
  active = trace;
  try {
    return body();
  } finally {
    active = undefined;
  }
}
