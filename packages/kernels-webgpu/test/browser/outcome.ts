/** What the page found. */
export interface Outcome {
  readonly adapter: string;
  readonly features: readonly string[];
  readonly passed: number;
  /** Cases whose gradients were checked too. */
  readonly gradients: number;
  readonly failures: readonly string[];
}
