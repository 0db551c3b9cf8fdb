import type { TokenizerEncodeOptions, TokenizerInput } from '../tokenizer.ts';
import type { PackedEncodings } from './pack.ts';

/** Texts for a worker. */
export interface EncodeRequest {
  /** Tells the answer which request it belongs to. */
  readonly id: number;
  /** Texts, or lists of words. */
  readonly inputs: readonly TokenizerInput[];
  /** The second input of each, if there are any. */
  readonly pairs: readonly TokenizerInput[] | undefined;
  /** How to encode them. */
  readonly options: TokenizerEncodeOptions;
}

/** What a worker gets: at first the content of a tokenizer.json, then texts. */
export type ToWorker = { readonly file: string } | EncodeRequest;

/** An error on its way between threads, which would lose its class. */
export interface SentError {
  /** Name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
}

/** What a worker answers: that it is ready, or encodings; an error instead of either. */
export type FromWorker =
  | { readonly ready: true }
  | { readonly id: number; readonly packed: PackedEncodings }
  | { readonly id: number | undefined; readonly error: SentError };
