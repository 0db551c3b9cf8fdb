import { env, variable } from './environment.ts';

/** The folder of the cache, found as Python's `huggingface_hub` finds it (Node). */
export async function defaultCacheFolder(): Promise<string> {
  const { homedir } = await import('node:os');
  const { join } = await import('node:path');
  const home =
    variable('HF_HOME') ??
    join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface');
  return env.cacheDir ?? variable('HF_HUB_CACHE') ?? join(home, 'hub');
}
