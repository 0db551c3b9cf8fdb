import { type FromWorker, type ToWorker, workerSource } from './worker.ts';

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
  /** The worker is gone or threw outside a message. */
  broken(reason: string): void;
}

/**
 * Starts a worker: from a string in Node, from a Blob URL in a page, or from `workerUrl`, a copy of
 * `workerSource` served by a page whose content security policy forbids `blob:`.
 */
export function startWorker(events: WorkerEvents, workerUrl?: string | URL): WorkerPort {
  const { process } = globalThis as { process?: NodeJS.Process };
  const threads = process?.versions?.node
    ? process.getBuiltinModule?.('node:worker_threads')
    : undefined;
  return threads ? startNodeWorker(threads, events) : startWebWorker(events, workerUrl);
}

function startNodeWorker(
  threads: typeof import('node:worker_threads'),
  events: WorkerEvents,
): WorkerPort {
  // The parent's flags (loaders, inspectors) are not for this script.
  const worker = new threads.Worker(workerSource, { eval: true, execArgv: [], name: 'llm-wasm' });
  let ended = false;
  worker.on('message', (message: FromWorker) => events.message(message));
  worker.on('error', (error: Error) => events.broken(error.message));
  worker.on('exit', (code) => {
    if (!ended) events.broken(`a worker exited with code ${code}`);
  });
  worker.unref();
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

function startWebWorker(events: WorkerEvents, workerUrl?: string | URL): WorkerPort {
  const url =
    workerUrl ?? URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'llm-wasm' });
  worker.onmessage = (event: MessageEvent<FromWorker>) => events.message(event.data);
  worker.onerror = (event) =>
    events.broken(
      event.message ||
        'the worker did not start; if the page forbids blob: workers, serve `workerSource` as a file and pass `workerUrl`',
    );
  return {
    post: (message) => worker.postMessage(message),
    setReferenced: () => {},
    terminate: () => {
      worker.terminate();
      if (workerUrl === undefined) URL.revokeObjectURL(url as string);
    },
  };
}
