export { defaultCacheFolder } from './cache-folder.ts';
export type { CacheStore } from './cache-store.ts';
export { env, type HubEnvironment } from './environment.ts';
export { HubError, type HubErrorCode } from './errors.ts';
export type { HubOptions } from './options.ts';
export type { DownloadProgress, ProgressListener } from './progress.ts';
export { openRepository } from './source.ts';
