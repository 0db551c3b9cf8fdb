/**
 * What all tests of the page share: the page, built once as it is published, and a hub with tiny models.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { startTinyHub } from '../../tools/documents/tiny-hub.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built page. */
    readonly pageFolder: string;
    /** Address of the hub. */
    readonly hubHost: string;
  }
}

export default async function shareForTests(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  // Vitest's own value would make it a page for developers.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  process.env.NODE_ENV = before;
  const hub = await startTinyHub();
  project.provide('pageFolder', folder);
  project.provide('hubHost', hub.host);
  return async () => {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  };
}
