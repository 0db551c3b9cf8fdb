/** A pipeline was given something that it cannot work on; the message says what it wants. */
export class WrongInputError extends TypeError {
  override readonly name = 'WrongInputError';
}
