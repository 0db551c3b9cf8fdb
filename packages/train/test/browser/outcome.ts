/** What a page found. */
export interface Outcome {
  readonly failure?: string;
  /** Steps that the second page took up. */
  readonly resumedFrom?: number;
  /** Loss of the first and the last step of the run that nothing cut off. */
  readonly losses?: readonly number[];
  /** Largest difference of a weight between the run that went on after the reload and that one. */
  readonly difference?: number;
  /** Names in the run's folder at the end. */
  readonly names?: readonly string[];
}
