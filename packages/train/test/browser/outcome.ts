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
  /** Names in its folder of logs. */
  readonly logNames?: readonly string[];
  /** Lines in the second log of JSON lines. */
  readonly logged?: number;
  /** What the second page still had to do of a search: models, and the shares that trials were trained for. */
  readonly search?: { readonly models: number; readonly shares: readonly number[] };
  /** What is left of a checkpoint whose replacement was cut off, after each of its changes; the last was not. */
  readonly interrupted?: readonly string[];
}
