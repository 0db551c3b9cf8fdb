/** What the page found. */
export interface Outcome {
  readonly adapter: string;
  readonly features: readonly string[];
  readonly passed: number;
  readonly failures: readonly string[];
}
