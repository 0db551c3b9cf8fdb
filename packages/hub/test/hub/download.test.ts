import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoggedRequest } from '../../../../tools/testing/hub-server.ts';
import { memoryStore } from '../../src/hub/cache-store.ts';
import { type DownloadProgress, env, HubError, openSource } from '../../src/index.ts';
import { expectSame, largeFile, useHub } from '../support/hub.ts';

const ID = 'owner/name';
const FILE = 'model.safetensors';
const bytes = largeFile();
const hub = useHub(() => ({
  [ID]: { files: { 'config.json': '{}', [FILE]: bytes, 'sub/empty.txt': '' } },
}));

const downloads = () =>
  hub.server.requests.filter(({ method, storage }) => storage && method === 'GET');
const ranges = () => downloads().map(({ headers }) => headers.range);
const blobs = () => readdir(join(hub.cache, 'models--owner--name', 'blobs'));

/** Lets something go wrong with the first `count` downloads. */
function failFirst(count: number, fault: ReturnType<typeof hub.server.fault>): void {
  let left = count;
  hub.server.fault = (request: LoggedRequest) =>
    request.storage && left-- > 0 ? fault : undefined;
}

describe.each(['folder', 'store'])('a download into a %s', (kind) => {
  const useStore = () => {
    if (kind === 'store') env.cache = memoryStore();
  };

  it('brings small and large files, once', async () => {
    useStore();
    for (const source of [openSource(ID), openSource(ID)]) {
      expectSame(await source.read(FILE), bytes);
      expect(new TextDecoder().decode(await source.read('config.json'))).toBe('{}');
      expect(await source.read('sub/empty.txt')).toEqual(new Uint8Array(0));
    }
    expect(downloads()).toHaveLength(1);
  });

  it('goes on where connections were cut', async () => {
    useStore();
    failFirst(3, { kind: 'cut', after: 50_000 });
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(ranges()).toHaveLength(4);
    const starts = ranges().map((range) => Number(/\d+/.exec(range!)![0]));
    expect(starts[0]).toBe(0);
    expect(starts.every((start, i) => i === 0 || start > starts[i - 1]!)).toBe(true);
    expect(downloads()[1]?.headers['if-range']).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it('starts again where the server knows no ranges', async () => {
    useStore();
    let first = true;
    hub.server.fault = ({ storage }) => {
      if (!storage) return undefined;
      if (!first) return { kind: 'no ranges' };
      first = false;
      return { kind: 'cut', after: 50_000 };
    };
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(downloads()).toHaveLength(2);
  });

  it('is repeated once if it arrived damaged, and refused after that', async () => {
    useStore();
    failFirst(1, { kind: 'damage' });
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(downloads()).toHaveLength(2);
    const other = largeFile(5000, 3);
    hub.repositories[ID]!.files.other = other;
    hub.server.fault = ({ storage }) => (storage ? { kind: 'damage' } : undefined);
    const error = await openSource(ID)
      .read('other')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'HubError', code: 'corrupt' });
    hub.server.fault = () => undefined;
    expectSame(await openSource(ID).read('other'), other);
  });

  it('gives up when connections bring nothing, and resumes the next time', async () => {
    useStore();
    let cuts = 0;
    hub.server.fault = ({ storage }) =>
      storage ? { kind: 'cut', after: cuts++ === 0 ? 100_000 : 0 } : undefined;
    const error = await openSource(ID)
      .read(FILE)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ code: 'network', repository: ID });
    expect((error as Error).message).toContain('what arrived is kept');
    hub.server.fault = () => undefined;
    const before = downloads().length;
    expectSame(await openSource(ID).read(FILE), bytes);
    // The store keeps whole parts only; this file is shorter than one. Of what was sent before the cut, what
    // was still under way may be lost.
    const resumedAt = Number(/^bytes=(\d+)-$/.exec(ranges()[before]!)?.[1]);
    expect(resumedAt).toBeLessThanOrEqual(kind === 'folder' ? 100_000 : 0);
    expect(resumedAt > 0).toBe(kind === 'folder');
  });

  it('tells how far it is, for each file and in total', async () => {
    useStore();
    const events: DownloadProgress[] = [];
    const source = openSource(ID, { progress: (event) => events.push(event) });
    await Promise.all([source.read(FILE), source.read('config.json')]);
    const of = (file: string) => events.filter((event) => event.file === file);
    expect(of(FILE)[0]).toMatchObject({ status: 'initiate', name: ID, loaded: 0, total: 300_000 });
    expect(of(FILE).some(({ status }) => status === 'progress')).toBe(true);
    expect(of(FILE).at(-1)).toMatchObject({ status: 'done', loaded: 300_000, total: 300_000 });
    expect(of('config.json').at(-1)).toMatchObject({ status: 'done', loaded: 2, total: 2 });
    expect(events.at(-1)?.overall).toEqual({ loaded: 300_002, total: 300_002 });
  });

  it('stops when it is aborted, and goes on later', async () => {
    useStore();
    const controller = new AbortController();
    hub.server.fault = ({ storage }) => (storage ? { kind: 'stall', after: 60_000 } : undefined);
    const reading = openSource(ID, { signal: controller.signal }).read(FILE);
    const failed = expect(reading).rejects.toThrow('enough');
    while (downloads().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('enough'));
    await failed;
    hub.server.fault = () => undefined;
    expectSame(await openSource(ID).read(FILE), bytes);
  });
});

describe('a download', () => {
  it('resumes after a stalled connection', async () => {
    env.stallTimeout = 100;
    failFirst(1, { kind: 'stall', after: 70_000 });
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(ranges()).toEqual(['bytes=0-', 'bytes=70000-']);
  });

  it('asks the hub for a new address when the old one has expired', async () => {
    failFirst(1, { kind: 'status', status: 403 });
    expectSame(await openSource(ID).read(FILE), bytes);
    const heads = hub.server.requests.filter(({ method }) => method === 'HEAD');
    expect(heads).toHaveLength(2);
  });

  it('is repeated after temporary answers', async () => {
    let left = 2;
    hub.server.fault = () =>
      left-- > 0 ? { kind: 'status', status: 503, headers: { 'retry-after': '0' } } : undefined;
    expect(new TextDecoder().decode(await openSource(ID).read('config.json'))).toBe('{}');
  });

  it('fails cleanly when the hub stays down', async () => {
    hub.server.fault = () => ({ kind: 'status', status: 500 });
    await expect(openSource(ID).read('config.json')).rejects.toMatchObject({ code: 'server' });
    await hub.server.close();
    await expect(openSource(ID).read('config.json')).rejects.toMatchObject({ code: 'network' });
  });

  it('runs with others at the same time, eight at once', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `part-${i}.bin`);
    for (const [i, name] of names.entries()) {
      hub.repositories[ID]!.files[name] = largeFile(2000, i + 2);
    }
    let open = 0;
    let most = 0;
    const settings = env.fetch;
    env.fetch = async (...request) => {
      const isDownload = String(request[0]).startsWith(hub.server.storageHost);
      if (!isDownload) return settings(...request);
      most = Math.max(most, ++open);
      try {
        return await settings(...request);
      } finally {
        open--;
      }
    };
    const source = openSource(ID);
    const read = await Promise.all(names.map((name) => source.read(name)));
    expect(read).toEqual(names.map((name) => hub.repositories[ID]!.files[name]));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('is shared by those who ask at the same time', async () => {
    const source = openSource(ID);
    const read = await Promise.all([source.read(FILE), source.read(FILE), source.read(FILE)]);
    expect(read.every((each) => each.length === bytes.length)).toBe(true);
    expect(downloads()).toHaveLength(1);
  });

  it('leaves no partial file', async () => {
    failFirst(9, { kind: 'cut', after: 10_000 });
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(await blobs()).toHaveLength(1);
  });

  it('fails with the cause when the cache cannot be written', async () => {
    await writeFile(join(hub.cache, 'models--owner--name'), 'in the way');
    await expect(openSource(ID).read(FILE)).rejects.toMatchObject({ code: /ENOTDIR|EEXIST/ });
  });
});
