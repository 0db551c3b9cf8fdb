import type { CacheStore } from './cache-store.ts';

/** Settings of all downloads of this program. Change them before the first one. */
export interface HubEnvironment {
  /**
   * Address of the hub, without a slash at its end. Default: the variable `HF_ENDPOINT` (Node), else the public
   * hub. A mirror or a test server stands in by setting it.
   */
  remoteHost: string;
  /**
   * Folder of the cache (Node), in the layout of Python's `huggingface_hub`. Default: `HF_HUB_CACHE`, else
   * `HF_HOME/hub`, else `~/.cache/huggingface/hub`.
   */
  cacheDir: string | undefined;
  /**
   * A store to be used instead of the folder (Node) or of the browser's `caches`: what has `match`, `put`,
   * `delete` and `keys` as a `Cache` has.
   */
  cache: CacheStore | undefined;
  /** True: nothing is asked of the network, as with `local_files_only`. Default: `HF_HUB_OFFLINE` is 1 (Node). */
  offline: boolean;
  /** What sends requests; a proxy stands in by setting it. Default: the global `fetch`. */
  fetch: typeof fetch;
  /** How often a request is repeated, or a cut download resumed without any new byte, before it fails. */
  retries: number;
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  retryDelay: number;
  /** Milliseconds without a byte after which a connection counts as cut. */
  stallTimeout: number;
}

/** A variable of the process, where there is one. */
export function variable(name: string): string | undefined {
  const value = typeof process === 'undefined' ? undefined : process.env?.[name];
  return value === '' ? undefined : value;
}

/** Settings of all downloads of this program. */
export const env: HubEnvironment = {
  remoteHost: (variable('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
  cacheDir: undefined,
  cache: undefined,
  offline: /^(1|true|yes|on)$/i.test(variable('HF_HUB_OFFLINE') ?? ''),
  fetch: (...request) => fetch(...request),
  retries: 5,
  retryDelay: 500,
  stallTimeout: 30_000,
};
