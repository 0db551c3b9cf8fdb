/**
 * What a benchmark is made of: suites of cases, contenders that run them, rows that come out.
 *
 * @module
 */

/** One implementation, ready to run one case. Everything slow (loading, compiling) happened in `open`. */
export interface Contender {
  /** `ours`, or the peer's package name. */
  readonly name: string;
  /** Version of the library, with whatever decides its speed (a BLAS, a mode). */
  readonly version: string;
  /** Threads it computes with. */
  readonly threads: number;
  /** Lays out fresh operands for a round. Not timed. */
  prepare(round: number): Promise<void>;
  /** Runs the work once, result complete, and returns the milliseconds it took. */
  run(): Promise<number>;
  /** Result of the last run, for comparison with the others. Not timed. */
  result(): Promise<ArrayLike<number>>;
  /** Frees what it holds; ends child processes. */
  close(): Promise<void>;
}

/** Makes a contender. @throws Unavailable where it cannot run this case, with the reason. */
export type Open = () => Promise<Contender>;

/** A peer cannot run a case: not installed (`absent`), or it lacks what the case needs (`unsupported`). */
export class Unavailable extends Error {
  readonly kind: 'absent' | 'unsupported';

  constructor(kind: 'absent' | 'unsupported', reason: string) {
    super(reason);
    this.name = 'Unavailable';
    this.kind = kind;
  }
}

/** One line of the result: ours against one peer, or against one bound of our own. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  /** Unit of `ours` and `peerValue`. */
  readonly unit: string;
  readonly ours: number | null;
  /** Who or what `ours` is held against. */
  readonly peer: string;
  readonly peerValue: number | null;
  /** More than 1: ours is better (faster, smaller). Ratio of medians. */
  readonly ratio: number | null;
  /** The ratio that the project asks for; null where the row is for information. */
  readonly bar: number | null;
  readonly threads: number;
  readonly peerThreads: number;
  /** Of the peer. Ours is the commit in the file's head. */
  readonly version: string;
  /** CPUs kept busy by other programs while the case ran. */
  readonly load: number | null;
  /** Rounds behind each median. */
  readonly samples: number;
  /** Smallest and largest sample, in `unit`. */
  readonly oursRange: readonly [number, number] | null;
  readonly peerRange: readonly [number, number] | null;
  /** Why the figures must not be used. */
  readonly void?: string;
  /** `unsupported: …`, `absent: …`, or what a reader should know. */
  readonly note?: string;
}

/** What a case gets to know when it runs. */
export interface CaseContext {
  readonly suite: string;
  /** Prints a line of progress (to stderr, so that `--json` stays clean). */
  log(message: string): void;
}

/** One case of a suite. */
export interface Case {
  readonly name: string;
  run(context: CaseContext): Promise<Row[]>;
}

/** A named list of cases, run one after another in one process. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}
