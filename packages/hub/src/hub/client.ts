import { env } from './environment.ts';
import { HubError } from './errors.ts';

/** What a client needs to know. */
interface ClientOptions {
  /** The repository, for messages. */
  readonly repository: string;
  /** Token of the user; only ever sent to the hub itself. */
  readonly token: string | undefined;
  /** Stops everything. */
  readonly signal: AbortSignal | undefined;
}

/** Sends requests for one repository: with its token, repeated where that may help. */
export class HubClient {
  /** The repository, for messages. */
  readonly repository: string;
  /** Stops everything. */
  readonly signal: AbortSignal | undefined;
  readonly #token: string | undefined;
  readonly #hub = new URL(env.remoteHost).origin;

  /** @param options - See {@link ClientOptions}. */
  constructor(options: ClientOptions) {
    this.repository = options.repository;
    this.signal = options.signal;
    this.#token = options.token;
  }

  /** Whether a token is sent. */
  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /**
   * Sends a request once. The token goes along to the hub only, never to where the hub redirects.
   *
   * @param signal - Stops this request; defaults to the client's.
   */
  fetchOnce(url: string, init: RequestInit = {}, signal = this.signal): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== undefined && new URL(url).origin === this.#hub) {
      headers.set('authorization', `Bearer ${this.#token}`);
    }
    return env.fetch(url, { ...init, headers, ...(signal && { signal }) });
  }

  /**
   * Sends a request, and again after network errors, 408, 429 and 5xx.
   *
   * @returns The last answer, whatever its status.
   * @throws HubError of code `network` if no answer came.
   */
  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      let failure: unknown;
      try {
        const response = await this.fetchOnce(url, init);
        if (!isTemporary(response.status) || attempt >= env.retries) return response;
        await response.body?.cancel();
        await this.pause(attempt, retryAfter(response));
        continue;
      } catch (error) {
        this.signal?.throwIfAborted();
        failure = error;
      }
      if (attempt >= env.retries) throw this.unreachable(url, failure);
      await this.pause(attempt);
    }
  }

  /** The error of a host that does not answer. */
  unreachable(url: string, cause: unknown): HubError {
    const host = new URL(url).host;
    const reason = cause instanceof Error ? (cause.cause ?? cause) : cause;
    const text = reason instanceof Error ? reason.message : String(reason);
    return new HubError(
      'network',
      this.repository,
      `${host} does not answer or cuts connections (${text}); check the network, then try again: what arrived is kept; local_files_only reads what the cache holds`,
      cause,
    );
  }

  /** Waits before attempt `attempt + 2`; an abort ends the wait. */
  async pause(attempt: number, milliseconds = env.retryDelay * 2 ** attempt): Promise<void> {
    const signal = this.signal;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
    });
    signal?.throwIfAborted();
  }
}

/** True for answers that may be better a little later. */
export function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** What `Retry-After` asks for in milliseconds, at most a minute; undefined if it says nothing. */
function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? Math.min(seconds, 60) * 1000 : undefined;
}
