import type { ProgressListener } from './progress.ts';
import { checkRevision } from './repository.ts';

/** Options of a repository of the hub; their names are Python's. */
export interface HubOptions {
  /** Branch, tag or commit. Default: `main`. All files of one source are of one commit. */
  readonly revision?: string;
  /** Token for private and gated repositories. Default: the variable `HF_TOKEN` (Node). */
  readonly token?: string;
  /** Folder of the cache (Node). Default: Python's; see `env.cacheDir`. */
  readonly cache_dir?: string;
  /** True: read what the cache holds, ask nothing of the network. */
  readonly local_files_only?: boolean;
  /** Is told what happens to downloads. */
  readonly progress?: ProgressListener;
  /** Stops downloads; what arrived is kept, and a later attempt goes on there. */
  readonly signal?: AbortSignal;
}

const TYPES: Readonly<Record<keyof HubOptions, (value: unknown) => boolean>> = {
  revision: (value) => typeof value === 'string',
  token: (value) => typeof value === 'string',
  cache_dir: (value) => typeof value === 'string',
  local_files_only: (value) => typeof value === 'boolean',
  progress: (value) => typeof value === 'function',
  signal: (value) => value instanceof AbortSignal,
};

/**
 * Refuses an option that is unknown or of another type.
 *
 * @throws TypeError naming it. @throws Error if the revision is none.
 */
export function checkHubOptions(options: HubOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(TYPES, name)) {
      throw new TypeError(
        `openSource: unknown option ${JSON.stringify(name)}; there are ${Object.keys(TYPES).join(', ')}`,
      );
    }
    if (value !== undefined && !TYPES[name as keyof HubOptions](value)) {
      throw new TypeError(`openSource: the option ${name} has the wrong type, got ${typeof value}`);
    }
  }
  if (options.revision !== undefined) checkRevision(options.revision);
}
