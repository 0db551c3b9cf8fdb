import type { PreTrainedTokenizerBase } from '../pretrained/pretrained-tokenizer.ts';
import type { TokenizerPool, TokenizerPoolOptions } from './tokenizer-pool.ts';

/**
 * Starts workers that encode batches side by side, each with a copy of the tokenizer as it is now.
 *
 * @param tokenizer - The tokenizer; all of its components must be such that tokenizer.json knows.
 * @param options - See {@link TokenizerPoolOptions}.
 * @throws TokenizerFileError if a component is none that tokenizer.json knows.
 * @throws TokenizerPoolError if a worker cannot start.
 * @throws Error if an option is unknown or wrong.
 */
export async function startTokenizerPool(
  tokenizer: PreTrainedTokenizerBase,
  options: TokenizerPoolOptions = {},
): Promise<TokenizerPool> {
  const { TokenizerPool } = await import('./tokenizer-pool.ts');
  return TokenizerPool.start(tokenizer, options);
}

/**
 * The program of a pool's workers, for pages whose content security policy forbids `blob:` workers:
 * serve it as a file, and pass its address as `workerUrl`.
 */
export async function tokenizerWorkerSource(): Promise<string> {
  const { workerSource } = await import('./worker-source.ts');
  return workerSource();
}
