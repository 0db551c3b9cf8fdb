import {
  type CallSettings,
  checkInputs,
  encodeOptionsOf,
  listsOf,
  pad,
  readInputs,
  TokenizerPoolError,
} from '../core.ts';
import type { Encoding } from '../encoding.ts';
import { TokenizerFileError } from '../json/error.ts';
import { checkOptions } from '../options.ts';
import { PatternError } from '../pattern/error.ts';
import type { BatchEncoding, TokenizeOptions } from '../pretrained/options.ts';
import type { TokenizerInput } from '../tokenizer.ts';
import { writeTokenizerJson } from '../write-tokenizer-json.ts';
import { cutBatch, type Slice } from './cut-batch.ts';
import type { EncodeRequest, FromWorker, SentError } from './messages.ts';
import { unpackEncodings } from './pack.ts';
import { startWorker, type WorkerPort } from './start-worker.ts';
import { workerSource } from './worker-source.ts';

/** Options of a pool. */
export interface TokenizerPoolOptions {
  /** How many workers; one for each processor by default, at most 8. Each holds the whole vocabulary. */
  workers?: number;
  /** Address of the workers' program, for pages that forbid `blob:` workers; see `tokenizerWorkerSource`. */
  workerUrl?: string | URL;
}

/** Most workers where nobody says how many. */
const MOST_BY_DEFAULT = 8;
/** Most workers that may be asked for. */
const MOST = 256;

/** A part of a batch that waits for a worker, or is with one. */
interface Job extends EncodeRequest {
  readonly call: { failed: boolean };
  resolve(encodings: Encoding[]): void;
  reject(error: Error): void;
}

interface PoolWorker {
  readonly port: WorkerPort;
  job: Job | undefined;
}

/**
 * Workers that encode batches side by side: the results, and the errors, are those of calling the
 * tokenizer. Idle workers do not keep a process alive. Started by `startTokenizerPool`.
 */
export class TokenizerPool {
  private readonly settings: CallSettings;
  private readonly workers: PoolWorker[] = [];
  private readonly waiting: Job[] = [];
  private ended: TokenizerPoolError | undefined;
  private lastId = 0;

  private constructor(settings: CallSettings) {
    this.settings = settings;
  }

  /** What `startTokenizerPool` does; see there. */
  static async start(
    tokenizer: CallSettings,
    options: TokenizerPoolOptions,
  ): Promise<TokenizerPool> {
    checkOptions('startTokenizerPool', options, ['workers', 'workerUrl']);
    const { workers = defaultWorkers(), workerUrl } = options;
    if (!(Number.isInteger(workers) && workers >= 1 && workers <= MOST)) {
      throw new Error(
        `startTokenizerPool: workers: got ${workers}, wants an integer from 1 to ${MOST}`,
      );
    }
    const file = writeTokenizerJson(tokenizer.backend);
    const source = await workerSource();
    const pool = new TokenizerPool(tokenizer);
    try {
      const starts = Array.from({ length: workers }, () =>
        pool.startWorker(source, file, workerUrl),
      );
      await Promise.all(starts);
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** Workers in the pool. */
  get size(): number {
    return this.workers.length;
  }

  /**
   * Encodes texts, or pairs, as calling the tokenizer does.
   *
   * @param texts - The texts; lists of words with `is_split_into_words`.
   * @param options - See {@link TokenizeOptions}; `text_pair` are the second texts.
   * @returns The lists that `tokenizer(texts, options)` returns.
   * @throws TokenizerPoolError if a worker ended, or the pool is closed.
   * @throws Error as calling the tokenizer does; of several texts that fail, the error of the first.
   */
  async encodeBatch(
    texts: readonly TokenizerInput[],
    options: TokenizeOptions & { text_pair?: readonly TokenizerInput[] } = {},
  ): Promise<BatchEncoding<number[][]>> {
    const { inputs, pairs, single } = readInputs(texts, options);
    if (single) throw new Error('encodeBatch: got one input, wants a list of inputs');
    const encodeOptions = encodeOptionsOf(this.settings, options);
    checkInputs(inputs, options);
    if (pairs !== undefined) checkInputs(pairs, options);
    const call = { failed: false };
    const results = await Promise.allSettled(
      cutBatch(inputs, pairs, this.size).map(
        (slice) =>
          new Promise<Encoding[]>((resolve, reject) => {
            this.add(slice, { options: encodeOptions, call, resolve, reject });
          }),
      ),
    );
    const encodings = results.flatMap((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    // Padding is as long as the longest of all, so it comes last.
    const rows = listsOf(this.settings, pad(this.settings, encodings, options), false, options);
    return rows as BatchEncoding<number[][]>;
  }

  /** Ends the workers; what is being encoded is rejected. Closing twice is no error. */
  close(): void {
    this.end(new TokenizerPoolError('tokenizer pool: it was closed'));
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  private startWorker(source: string, file: string, workerUrl?: string | URL): Promise<void> {
    return new Promise((resolve, reject) => {
      const port = startWorker(
        source,
        {
          message: (message) => {
            if ('ready' in message) {
              port.setReferenced(false);
              resolve();
            } else if (message.id === undefined) reject(revive((message as ErrorMessage).error));
            else this.finish(worker, message);
          },
          broken: (error) => {
            reject(error);
            this.end(error);
          },
        },
        workerUrl,
      );
      const worker: PoolWorker = { port, job: undefined };
      this.workers.push(worker);
      port.post({ file });
    });
  }

  private add(slice: Slice, rest: Omit<Job, keyof Slice | 'id'>): void {
    if (this.ended !== undefined) {
      rest.reject(this.ended);
      return;
    }
    this.waiting.push({ ...slice, ...rest, id: ++this.lastId });
    const idle = this.workers.find(({ job }) => job === undefined);
    if (idle !== undefined) this.next(idle);
  }

  /** Gives a worker the next part. */
  private next(worker: PoolWorker): void {
    let job = this.waiting.shift();
    // Of a batch that failed nobody wants the rest.
    for (; job?.call.failed; job = this.waiting.shift()) job.resolve([]);
    worker.job = job;
    worker.port.setReferenced(job !== undefined);
    if (job === undefined) return;
    const { id, inputs, pairs, options } = job;
    worker.port.post({ id, inputs, pairs, options });
  }

  private finish(worker: PoolWorker, message: Exclude<FromWorker, { ready: true }>): void {
    const job = worker.job!;
    if ('error' in message) {
      job.call.failed = true;
      job.reject(revive(message.error));
    } else job.resolve(unpackEncodings(message.packed));
    this.next(worker);
  }

  private end(reason: TokenizerPoolError): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    for (const { port, job } of this.workers) {
      port.terminate();
      job?.reject(reason);
    }
    for (const job of this.waiting.splice(0)) job.reject(reason);
  }
}

type ErrorMessage = FromWorker & { error: SentError };

/** An error of a worker as what it was there. */
function revive({ name, message }: SentError): Error {
  if (name === 'TokenizerFileError') return new TokenizerFileError(message);
  if (name === 'PatternError') return new PatternError(message);
  if (name === 'RangeError') return new RangeError(message);
  return new Error(message);
}

function defaultWorkers(): number {
  const { process, navigator } = globalThis as {
    process?: NodeJS.Process;
    navigator?: { hardwareConcurrency?: number };
  };
  const os = process?.versions?.node ? process.getBuiltinModule?.('node:os') : undefined;
  const processors = os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
  return Math.min(processors, MOST_BY_DEFAULT);
}
