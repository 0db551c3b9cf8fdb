/** What is wrong with a safetensors file; the names follow the Rust crate's error variants. */
export type SafetensorsErrorCode =
  | 'HeaderTooSmall'
  | 'HeaderTooLarge'
  | 'InvalidHeaderLength'
  | 'InvalidHeader'
  | 'InvalidHeaderDeserialization'
  | 'DuplicateName'
  | 'InvalidOffset'
  | 'TensorInvalidInfo'
  | 'ValidationOverflow'
  | 'MisalignedSlice'
  | 'MetadataIncompleteBuffer'
  | 'InvalidTensorView';

/** A safetensors file or a set of tensors that breaks a rule of the format. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  /** The broken rule, for callers that branch on it. */
  readonly code: SafetensorsErrorCode;

  /** @param code - The broken rule. @param message - What was found, what is wanted, and the fix. */
  constructor(code: SafetensorsErrorCode, message: string) {
    super(`safetensors: ${message} [${code}]`);
    this.code = code;
  }
}
