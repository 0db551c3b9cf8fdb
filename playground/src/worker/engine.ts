import type { EventOf, InputOf, OperationName, OutputOf } from './operations.ts';
import { OperationError, type Reply, type Request } from './protocol.ts';

/** How an operation is called. */
export interface CallOptions<Event> {
  /** Cancels the operation. */
  readonly signal?: AbortSignal;
  /** Is told what happens before the result. */
  readonly onEvent?: (event: Event) => void;
}

interface Call {
  resolve(output: unknown): void;
  reject(error: unknown): void;
  onEvent(event: unknown): void;
}

/**
 * A cancelled operation that has not ended after this many milliseconds is in a long computation; the worker is
 * then ended, with its models.
 */
const patience = 2_000;

/** The page's side of its worker, which starts with the first call. */
export class Engine {
  #worker: Worker | undefined;
  #calls = new Map<number, Call>();
  #next = 0;

  /**
   * Calls an operation of the worker.
   *
   * @throws OperationError with what the worker reported
   * @throws DOMException named `AbortError` once `signal` was aborted
   */
  call<Name extends OperationName>(
    operation: Name,
    input: InputOf<Name>,
    { signal, onEvent }: CallOptions<EventOf<Name>> = {},
  ): Promise<OutputOf<Name>> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = this.#next++;
      const cancel = () => {
        reject(new DOMException('cancelled', 'AbortError'));
        this.#send({ kind: 'cancel', id });
        setTimeout(() => {
          if (this.#calls.has(id)) this.stop('cancelled');
        }, patience);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const ended = () => signal?.removeEventListener('abort', cancel);
      this.#calls.set(id, {
        resolve: (output) => {
          ended();
          resolve(output as OutputOf<Name>);
        },
        reject: (error) => {
          ended();
          reject(error);
        },
        onEvent: (event) => {
          if (!signal?.aborted) onEvent?.(event as EventOf<Name>);
        },
      });
      this.#send({ kind: 'call', id, operation, input });
    });
  }

  /** Whether the worker was started, and may hold a model. */
  get isStarted(): boolean {
    return this.#worker !== undefined;
  }

  /** Ends the worker and all that it holds; the next call starts a new one. Calls that run fail with `reason`. */
  stop(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) {
      reject(new OperationError({ name: 'WorkerStopped', message: reason }));
    }
  }

  #send(request: Request): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#receive(data));
    worker.addEventListener('error', ({ message }) => {
      this.stop(`the worker failed to start: ${message || 'its file could not be loaded'}`);
    });
    // `?hub=` in the page's address names another hub than the usual one, such as a mirror.
    const hub = new URLSearchParams(location.search).get('hub');
    if (hub) worker.postMessage({ kind: 'configure', hub } satisfies Request);
    return worker;
  }

  #receive(reply: Reply): void {
    const call = this.#calls.get(reply.id);
    if (!call) return;
    if (reply.kind === 'event') {
      call.onEvent(reply.event);
      return;
    }
    this.#calls.delete(reply.id);
    if (reply.kind === 'result') call.resolve(reply.output);
    else call.reject(new OperationError(reply.problem));
  }
}
