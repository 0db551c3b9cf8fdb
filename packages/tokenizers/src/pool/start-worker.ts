import { TokenizerPoolError } from './error.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** One worker, in Node or in a page. */
export interface WorkerPort {
  /** Sends a message. */
  post(message: ToWorker): void;
  /** Whether the worker keeps the process alive (Node only). */
  setReferenced(referenced: boolean): void;
  /** Ends the worker, whatever it does. */
  terminate(): void;
}

/** What a port tells its owner. */
export interface WorkerEvents {
  /** A message from the worker. */
  message(message: FromWorker): void;
  /** The worker is gone, or threw outside a message. */
  broken(error: TokenizerPoolError): void;
}

/**
 * Starts a worker: from a text in Node, from a Blob URL in a page, or from `workerUrl`.
 *
 * @param source - The program of the worker.
 * @param events - Called with what comes from it.
 * @param workerUrl - Where a page finds the program whose content security policy forbids `blob:`.
 */
export function startWorker(
  source: string,
  events: WorkerEvents,
  workerUrl?: string | URL,
): WorkerPort {
  const { process } = globalThis as { process?: NodeJS.Process };
  const threads = process?.versions?.node
    ? process.getBuiltinModule?.('node:worker_threads')
    : undefined;
  return threads
    ? startNodeWorker(threads, source, events)
    : startWebWorker(source, events, workerUrl);
}

function startNodeWorker(
  threads: typeof import('node:worker_threads'),
  source: string,
  events: WorkerEvents,
): WorkerPort {
  // The parent's flags (loaders, inspectors) are not for this script.
  const worker = new threads.Worker(source, { eval: true, execArgv: [], name: 'llm-tokenizer' });
  let ended = false;
  worker.on('message', (message: FromWorker) => events.message(message));
  worker.on('error', (error: Error) => {
    events.broken(
      new TokenizerPoolError(`tokenizer pool: a worker failed: ${error.message}`, { cause: error }),
    );
  });
  worker.on('exit', (code) => {
    if (ended) return;
    events.broken(new TokenizerPoolError(`tokenizer pool: a worker exited with code ${code}`));
  });
  return {
    post: (message) => worker.postMessage(message),
    setReferenced: (referenced) => {
      if (referenced) worker.ref();
      else worker.unref();
    },
    terminate: () => {
      ended = true;
      void worker.terminate();
    },
  };
}

function startWebWorker(
  source: string,
  events: WorkerEvents,
  workerUrl: string | URL | undefined,
): WorkerPort {
  const url = workerUrl ?? URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'llm-tokenizer' });
  worker.onmessage = (event: MessageEvent<FromWorker>) => events.message(event.data);
  worker.onerror = (event) => {
    const reason =
      event.message ||
      'it did not start; if the page forbids blob: workers, serve tokenizerWorkerSource() as a file and pass workerUrl';
    events.broken(new TokenizerPoolError(`tokenizer pool: a worker failed: ${reason}`));
  };
  return {
    post: (message) => worker.postMessage(message),
    setReferenced: () => {},
    terminate: () => {
      worker.terminate();
      if (workerUrl === undefined) URL.revokeObjectURL(url as string);
    },
  };
}
