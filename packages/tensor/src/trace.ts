import type { Node } from './graph.ts';

/** A stream of random numbers as a trace sees it. */
export interface DrawCounter {
  readonly seed: number;
  /** Number of draws so far. */
  position: number;
}

/**
 * What a function being compiled does to variables and generators. While one is active, variables read and
 * write through it, and reading a tensor's values is an error.
 */
export interface Trace {
  /** The node that stands for the variable's current version. */
  read(variable: object, current: Node): Node;
  assign(variable: object, value: Node): void;
  gradient(variable: object): Node | undefined;
  setGradient(variable: object, gradient: Node | undefined): void;
  /**
   * Takes the next `count` draws: the generator's seed and position at the start of the run, and the number of
   * draws made in it before.
   */
  draw(generator: DrawCounter, count: number): { seed: Node; position: Node; index: number };
  /** Notes that the trace depends on a value outside it: when it differs, the function is traced again. */
  guard<T>(read: () => T): T;
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

/** What the body of a scan does to generators while its one step is recorded. */
export interface Recording {
  /** The seed and the position of the first of `count` draws, which differ at every step. */
  draw(generator: DrawCounter, count: number): { seed: Node; position: Node };
}

let recording: Recording | undefined;

/** The recording of the scan whose body runs now, if one does. */
export function activeRecording(): Recording | undefined {
  return recording;
}

/** Runs the body of a scan. */
export function withRecording<T>(inner: Recording, body: () => T): T {
  const before = recording;
  recording = inner;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/** Throws inside the body of a scan, which runs once for all steps. */
export function refuseInScan(operation: string, instead: string): void {
  if (recording) {
    throw new Error(`${operation}: the body of a scan is recorded once for all steps; ${instead}`);
  }
}

/** Reads a setting (train or eval, a flag) that a compiled function must be traced again for. */
export function guarded<T>(read: () => T): T {
  return active ? active.guard(read) : read();
}
