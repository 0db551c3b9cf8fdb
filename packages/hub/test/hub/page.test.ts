import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memoryStore } from '../../src/hub/cache-store.ts';
import { env, MissingFileError, openSource } from '../../src/index.ts';
import { expectSame, largeFile, useHub } from '../support/hub.ts';

const ID = 'owner/name';
const FILE = 'model.safetensors';
const bytes = largeFile(20_000_000);
const hub = useHub(() => ({ [ID]: { files: { 'config.json': '{}', [FILE]: bytes } } }));

beforeEach(() => {
  vi.stubGlobal('document', {});
  env.cache = memoryStore();
});
afterEach(() => vi.unstubAllGlobals());

it('asks the list of files, sends no header that needs permission, and keeps whole parts', async () => {
  let cuts = 0;
  hub.server.fault = ({ storage }) =>
    storage ? { kind: 'cut', after: cuts++ === 0 ? 10_000_000 : 0 } : undefined;
  await expect(openSource(ID).read(FILE)).rejects.toMatchObject({ code: 'network' });
  hub.server.fault = () => undefined;
  const before = hub.server.requests.length;
  const source = openSource(ID);
  expectSame(await source.read(FILE), bytes);
  const requests = hub.server.requests.slice(before);
  expect(requests.map(({ method, headers }) => `${method} ${headers.range ?? ''}`)).toEqual([
    'GET ',
    'GET bytes=8388608-',
    'GET bytes=8388608-',
  ]);
  for (const { headers } of hub.server.requests) expect(headers['if-range']).toBeUndefined();
  // A tensor comes from the parts that hold it.
  const file = await source.open!(FILE);
  const target = new Uint8Array(1000);
  await file.readInto(target, 8_388_608 - 500);
  expectSame(target, bytes.slice(8_388_608 - 500, 8_388_608 + 500));
});

it('starts a small file again, whose bytes nothing vouches for', async () => {
  let left = 1;
  hub.server.fault = ({ path }) =>
    path.endsWith('config.json') && left-- > 0 ? { kind: 'cut', after: 1 } : undefined;
  const source = openSource(ID);
  expect(new TextDecoder().decode(await source.read('config.json'))).toBe('{}');
  await expect(source.read('none')).rejects.toThrow(MissingFileError);
});
