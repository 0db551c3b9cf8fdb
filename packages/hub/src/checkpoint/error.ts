/** A checkpoint file that breaks its format, is unsafe to read, or holds what is not supported. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  /** The file, as its source names it. */
  readonly file: string;

  /** @param file - The file. @param message - What was found, what is wanted, and the fix. */
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.file = file;
  }
}
