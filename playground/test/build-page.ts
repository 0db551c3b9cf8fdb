/**
 * Builds the page once for all tests, as it is published.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built page. */
    readonly pageFolder: string;
  }
}

export default async function buildPage(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  // Vitest's own value would make it a page for developers.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  process.env.NODE_ENV = before;
  project.provide('pageFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
