/** An example that a collator cannot use; a `Trainer` says which row of the data it is. */
export class ExampleError extends TypeError {
  override readonly name = 'ExampleError';
  /** Its place in the batch, from 0. */
  readonly example: number;
  /** What is wrong with it. */
  readonly problem: string;

  /** @param example its place in the batch, from 0. @param problem what is wrong with it */
  constructor(example: number, problem: string) {
    super(`collator: example ${example}: ${problem}`);
    this.example = example;
    this.problem = problem;
  }
}
