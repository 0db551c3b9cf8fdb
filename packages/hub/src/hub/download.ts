import type { PartialFile } from './cache.ts';
import { type HubClient, isTemporary } from './client.ts';
import { env } from './environment.ts';
import { errorOfResponse, HubError } from './errors.ts';
import { isPage } from './page.ts';
import { type RemoteFile, strongTag } from './remote-file.ts';
import { type Sha256, startSha256 } from './sha256.ts';

/** One download. */
interface DownloadOptions {
  /** Sends the requests. */
  readonly client: HubClient;
  /** Name of the file, for messages. */
  readonly name: string;
  /** Asks the hub again, when an address has expired. */
  readonly refresh: () => Promise<RemoteFile>;
  /** Is told how many bytes are there. */
  readonly progress: (loaded: number) => void;
}

/**
 * Completes a partial file. A cut or stalled connection is resumed where it ended, by a range that holds only for
 * the same bytes (`If-Range`); the whole is checked against the size and the SHA-256 that the hub announced, and
 * fetched once more from its start if they differ.
 *
 * @throws HubError of code `network` if connections keep being cut, `corrupt` if the bytes are not the announced ones.
 */
export async function download(
  remote: RemoteFile,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  for (let lastTry = false; ; lastTry = true) {
    const transfer = new Transfer(remote, partial, options);
    const problem = await transfer.run();
    if (problem === undefined) return;
    await partial.restart();
    if (lastTry) {
      throw new HubError(
        'corrupt',
        options.client.repository,
        `${options.name} arrived damaged twice: ${problem}; nothing was kept, try again later`,
      );
    }
  }
}

/** One pass over a file, over as many connections as it takes. */
class Transfer {
  readonly #partial: PartialFile;
  readonly #options: DownloadOptions;
  #remote: RemoteFile;
  #validator: string | undefined;
  #hash: Sha256 | undefined;
  /** Attempts in a row that brought nothing. */
  #failures = 0;

  constructor(remote: RemoteFile, partial: PartialFile, options: DownloadOptions) {
    this.#remote = remote;
    this.#partial = partial;
    this.#options = options;
    this.#validator = remote.validator;
  }

  /** Runs to the end; returns what is wrong with the bytes, or undefined. */
  async run(): Promise<string | undefined> {
    const { size } = this.#remote;
    if (this.#partial.length > size) return `${this.#partial.length} bytes, announced were ${size}`;
    await this.#startHash();
    await this.#partial.replay((piece) => this.#hash?.update(piece));
    while (this.#partial.length < size) {
      const before = this.#partial.length;
      const problem = await this.#connect();
      if (problem !== undefined) return problem;
      this.#failures = this.#partial.length > before ? 0 : this.#failures + 1;
    }
    const digest = this.#hash?.hex();
    if (digest === this.#remote.sha256) return undefined;
    return `its SHA-256 is ${digest}, announced was ${this.#remote.sha256}`;
  }

  async #startHash(): Promise<void> {
    this.#hash = this.#remote.sha256 === undefined ? undefined : await startSha256();
  }

  /** One connection, as far as it gets. */
  async #connect(): Promise<string | undefined> {
    const { client } = this.#options;
    if (isPage() && this.#partial.length > 0 && this.#hash === undefined) await this.#restart();
    const connection = new AbortController();
    const watch = new StallWatch(connection, client.signal);
    try {
      const response = await client.fetchOnce(
        this.#remote.url,
        { headers: this.#rangeHeaders(), ...(isPage() && { cache: 'no-store' }) },
        watch.signal,
      );
      if (!(await this.#accept(response))) return undefined;
      return await this.#receive(response, watch);
    } catch (error) {
      client.signal?.throwIfAborted();
      if (error instanceof HubError || error instanceof StoreError) throw unwrap(error);
      if (this.#failures >= env.retries) throw client.unreachable(this.#remote.url, error);
      await client.pause(this.#failures);
      return undefined;
    } finally {
      watch.stop();
      connection.abort();
    }
  }

  /**
   * A range is asked for from the first byte on, which also keeps servers from compressing the answer. `If-Range` is
   * a header for which a page would need the storage's permission; there the SHA-256 has to tell. A page's own HTTP
   * cache is kept out of it: it would hold the file a second time, and ask for parts of its own.
   */
  #rangeHeaders(): Record<string, string> {
    const from = this.#partial.length;
    if (isPage()) return { range: `bytes=${from}-` };
    return {
      range: `bytes=${from}-`,
      'accept-encoding': 'identity',
      ...(from > 0 && this.#validator !== undefined && { 'if-range': this.#validator }),
    };
  }

  /** Looks at an answer's head; false if another attempt is to be made. */
  async #accept(response: Response): Promise<boolean> {
    const { status, headers } = response;
    if (status === 206) {
      const [, from, total] =
        /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
      if (Number(from) === this.#partial.length && Number(total) === this.#remote.size) {
        this.#validator ??= strongTag(headers.get('etag'));
        return true;
      }
    } else if (status === 200) {
      // The server knows no ranges, or the bytes have changed.
      if (this.#partial.length > 0) await this.#restart();
      this.#validator ??= strongTag(headers.get('etag'));
      return true;
    }
    await response.body?.cancel();
    await this.#recover(response);
    return false;
  }

  async #recover(response: Response): Promise<void> {
    const { client, name, refresh } = this.#options;
    const { status } = response;
    if (this.#failures >= env.retries) {
      throw (
        errorOfResponse(response, client.repository, this.#remote.commit, client.hasToken) ??
        new HubError('server', client.repository, `${name} vanished while it was downloaded`)
      );
    }
    await client.pause(this.#failures);
    if (isTemporary(status)) return;
    if (status === 206 || status === 416) await this.#restart();
    // Signed addresses expire.
    const remote = await refresh();
    if (remote.etag !== this.#remote.etag) {
      throw new HubError(
        'corrupt',
        client.repository,
        `${name} changed while it was downloaded; try again`,
      );
    }
    this.#remote = remote;
    this.#validator = remote.validator;
  }

  async #restart(): Promise<void> {
    await this.#partial.restart();
    await this.#startHash();
    this.#validator = this.#remote.validator;
  }

  async #receive(response: Response, watch: StallWatch): Promise<string | undefined> {
    const { size } = this.#remote;
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      watch.alive();
      if (piece === undefined || piece.done) break;
      if (this.#partial.length + piece.value.byteLength > size) {
        return `more than the ${size} bytes announced`;
      }
      this.#hash?.update(piece.value);
      await this.#partial.append(piece.value).catch((error: unknown) => {
        throw new StoreError(error);
      });
      this.#options.progress(this.#partial.length);
    }
    if (this.#partial.length < size) throw new Error('the connection ended too early');
    return undefined;
  }
}

/** A failure of the cache (a full disk), which no new connection repairs. */
class StoreError extends Error {
  constructor(cause: unknown) {
    super('the cache failed', { cause });
  }
}

function unwrap(error: Error): unknown {
  return error instanceof StoreError ? error.cause : error;
}

/** Ends a connection that brings nothing for a while, or whose download is aborted. */
class StallWatch {
  readonly signal: AbortSignal;
  readonly #connection: AbortController;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: AbortController, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.signal = signal ? AbortSignal.any([signal, connection.signal]) : connection.signal;
    this.alive();
  }

  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#connection.abort(new Error(`nothing arrived for ${env.stallTimeout} ms`));
    }, env.stallTimeout);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
