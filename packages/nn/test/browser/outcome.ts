/** What a page found. */
export interface Outcome {
  /** Cases of operations that gave what the oracle gives. */
  readonly operations: number;
  readonly failures: readonly string[];
  /** Whether it was cross-origin isolated. */
  readonly isolated: boolean;
}
