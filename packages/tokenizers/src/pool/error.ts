/** A pool of workers cannot go on: a worker could not start or ended, or the pool was closed. */
export class TokenizerPoolError extends Error {
  override readonly name = 'TokenizerPoolError';
}
