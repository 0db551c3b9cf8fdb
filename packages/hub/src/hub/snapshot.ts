import type { RandomAccessFile } from '../random-access.ts';
import type { RepositoryCache } from './cache.ts';
import { HubClient } from './client.ts';
import { download } from './download.ts';
import { env, variable } from './environment.ts';
import { HubError } from './errors.ts';
import { makeLimit } from './limit.ts';
import { openRepositoryCache } from './open-cache.ts';
import type { HubOptions } from './options.ts';
import { isPage } from './page.ts';
import { ProgressMeter } from './progress.ts';
import { askFile, type RemoteFile } from './remote-file.ts';
import { checkRevision, fileAddress, isCommit } from './repository.ts';
import { askRepository, type RepositoryInfo } from './repository-info.ts';

/** Files that are downloaded at once. */
const CONCURRENT = 8;

/** One commit of a repository: what the cache has of it, and what the hub gives. */
export class Snapshot {
  readonly #id: string;
  readonly #revision: string;
  readonly #options: HubOptions;
  readonly #client: HubClient;
  readonly #meter: ProgressMeter;
  readonly #limit = makeLimit(CONCURRENT);
  readonly #asked = new Map<string, Promise<RemoteFile | undefined>>();
  readonly #stored = new Map<string, Promise<void>>();
  #cache: Promise<RepositoryCache> | undefined;
  /** The commit, once it is known; the first question to the hub decides it for all. */
  #commit: string | undefined;
  #deciding: Promise<unknown> = Promise.resolve();
  /** What the hub knows about all files, in a page. */
  #info: Promise<RepositoryInfo> | undefined;

  /** @param id - The repository. @param options - Checked options. */
  constructor(id: string, options: HubOptions) {
    this.#id = id;
    this.#options = options;
    this.#revision = checkRevision(options.revision ?? 'main');
    this.#commit = isCommit(this.#revision) ? this.#revision : undefined;
    this.#client = new HubClient({
      repository: id,
      token: options.token ?? variable('HF_TOKEN'),
      signal: options.signal,
    });
    this.#meter = new ProgressMeter(id, options.progress);
  }

  /** Opens a file, downloading it if need be; undefined if the repository has no such file. */
  async open(name: string): Promise<RandomAccessFile | undefined> {
    const cached = await this.#openCached(name);
    if (cached) return cached;
    const remote = await this.#ask(name);
    if (remote === undefined) return undefined;
    await this.#store(name, remote);
    const cache = await this.#openCache();
    const file = await cache.open(remote.commit, name);
    if (file) return file;
    throw new HubError(
      'not-cached',
      this.#id,
      `${name} vanished from ${cache.location}; try again`,
    );
  }

  /** Whether the repository has a file. */
  async has(name: string): Promise<boolean> {
    const cached = await this.#openCached(name);
    await cached?.close();
    return cached !== undefined || (await this.#ask(name)) !== undefined;
  }

  /** Names of all files of the commit; of those in the cache, if the network must not be asked. */
  async list(): Promise<string[]> {
    const cache = await this.#openCache();
    if (this.#isOffline) return cache.list(await this.#cachedCommit());
    const { files } = await askRepository(this.#client, this.#commit ?? this.#revision);
    return [...files.keys()].sort();
  }

  get #isOffline(): boolean {
    return this.#options.local_files_only ?? env.offline;
  }

  #openCache(): Promise<RepositoryCache> {
    this.#cache ??= openRepositoryCache(this.#id, this.#options.cache_dir);
    return this.#cache;
  }

  /** A file that is there already and cannot have changed, or that must do since the network may not be asked. */
  async #openCached(name: string): Promise<RandomAccessFile | undefined> {
    const commit = this.#isOffline ? await this.#cachedCommit() : this.#commit;
    if (commit === undefined) return undefined;
    return (await this.#openCache()).open(commit, name);
  }

  async #cachedCommit(): Promise<string> {
    const cache = await this.#openCache();
    const commit = this.#commit ?? (await cache.commitOf(this.#revision));
    if (commit !== undefined) return commit;
    throw new HubError(
      'not-cached',
      this.#id,
      `revision ${JSON.stringify(this.#revision)} is not in ${cache.location}; allow downloading once (without local_files_only)`,
    );
  }

  /** Asks the hub about a file, once. */
  #ask(name: string): Promise<RemoteFile | undefined> {
    if (this.#isOffline) return Promise.resolve(undefined);
    const known = this.#asked.get(name);
    if (known) return known;
    const answer = this.#commit === undefined ? this.#decide(name) : this.#askNow(name);
    this.#asked.set(name, answer);
    // A failure is not an answer: the next one asks again.
    answer.catch(() => this.#asked.delete(name));
    return answer;
  }

  /** Questions wait for each other until one of them decides the commit. */
  #decide(name: string): Promise<RemoteFile | undefined> {
    const answer = this.#deciding.then(() => this.#askNow(name));
    this.#deciding = answer.catch(() => undefined);
    return answer;
  }

  async #askNow(name: string): Promise<RemoteFile | undefined> {
    const { remote, commit } = await (isPage() ? this.#lookUp(name) : this.#askFile(name));
    if (commit !== undefined && this.#commit === undefined) {
      this.#commit = commit;
      await (await this.#openCache()).remember(this.#revision, commit);
    }
    return remote;
  }

  #askFile(name: string): ReturnType<typeof askFile> {
    const url = fileAddress(env.remoteHost, this.#id, this.#commit ?? this.#revision, name);
    return askFile(this.#client, url, this.#revision);
  }

  async #lookUp(name: string): ReturnType<typeof askFile> {
    this.#info ??= askRepository(this.#client, this.#commit ?? this.#revision);
    const info = this.#info;
    // A failure is not an answer: the next one asks again.
    info.catch(() => {
      this.#info = undefined;
    });
    const { files, commit } = await info;
    return { remote: files.get(name), commit };
  }

  #store(name: string, remote: RemoteFile): Promise<void> {
    const known = this.#stored.get(name);
    if (known) return known;
    const stored = this.#limit(() => this.#download(name, remote));
    this.#stored.set(name, stored);
    stored.catch(() => this.#stored.delete(name));
    return stored;
  }

  async #download(name: string, remote: RemoteFile): Promise<void> {
    const cache = await this.#openCache();
    this.#meter.begin(name, remote.size);
    await cache.store(remote, remote.commit, name, (partial) =>
      download(remote, partial, {
        client: this.#client,
        name,
        refresh: () => this.#refresh(name),
        progress: (loaded) => this.#meter.advance(name, loaded),
      }),
    );
    this.#meter.end(name, remote.size);
  }

  async #refresh(name: string): Promise<RemoteFile> {
    const remote = await this.#askNow(name);
    if (remote) return remote;
    throw new HubError('server', this.#id, `${name} vanished while it was downloaded; try again`);
  }
}
