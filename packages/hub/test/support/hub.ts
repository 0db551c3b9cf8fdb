import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  type HubServer,
  type ServedRepository,
  startHubServer,
} from '../../../../tools/testing/hub-server.ts';
import { env } from '../../src/index.ts';

/** A hub and an empty cache for every test. */
export interface HubFixture {
  server: HubServer;
  repositories: Record<string, ServedRepository>;
  cache: string;
}

/** Bytes that differ from each other. */
export function largeFile(length = 300_000, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * seed) & 255);
}

/** Fails unless bytes are equal; `toEqual` takes seconds for as many. */
export function expectSame(got: Uint8Array, wanted: Uint8Array): void {
  expect(got.byteLength).toBe(wanted.byteLength);
  expect(Buffer.compare(got, wanted)).toBe(0);
}

/** Starts a hub before each test of the file, with repositories that the test may change. */
export function useHub(make: () => Record<string, ServedRepository>): HubFixture {
  const fixture = {} as HubFixture;
  const settings = { ...env };
  beforeEach(async () => {
    fixture.repositories = make();
    fixture.server = await startHubServer(fixture.repositories);
    fixture.cache = await mkdtemp(join(tmpdir(), 'llm-hub-cache-'));
    Object.assign(env, {
      remoteHost: fixture.server.host,
      cacheDir: fixture.cache,
      retryDelay: 1,
      retries: 3,
      offline: false,
      cache: undefined,
    });
  });
  afterEach(async () => {
    Object.assign(env, settings);
    await fixture.server.close();
    await rm(fixture.cache, { recursive: true, force: true });
  });
  return fixture;
}
