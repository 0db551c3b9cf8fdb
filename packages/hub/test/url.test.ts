import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Fault,
  type HubServer,
  type ServedRepository,
  startHubServer,
} from '../../../tools/testing/hub-server.ts';
import { MissingFileError, openCheckpoint, openUrl, serializeSafetensors } from '../src/index.ts';

const data = Uint8Array.from({ length: 4000 }, (_, i) => i & 255);
const file = serializeSafetensors({
  a: { dtype: 'F32', shape: [1000], data },
  b: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
});
const repository: ServedRepository = { files: { 'model.safetensors': file } };
let server: HubServer;
beforeEach(async () => {
  server = await startHubServer({ 'o/m': repository });
});
afterEach(() => server.close());
const open = () => openCheckpoint(openUrl(`${server.storageHost}/o/m`));

it('reads tensors by ranges', async () => {
  const checkpoint = await open();
  expect([...(await checkpoint.read('b'))]).toEqual([1, 2, 3]);
  expect(Buffer.compare(await checkpoint.read('a'), data)).toBe(0);
  const asked = server.requests.flatMap(({ headers }) => headers.range ?? []);
  const begin = file.length - 3;
  expect(asked).toEqual([
    'bytes=0-7',
    `bytes=0-${file.length - 4004}`,
    `bytes=${begin}-${file.length - 1}`,
    `bytes=${file.length - 4003}-${begin - 1}`,
  ]);
});

it('notices that a file has changed, and other answers', async () => {
  const checkpoint = await open();
  const other = serializeSafetensors({
    a: { dtype: 'F32', shape: [1000], data: data.toReversed() },
    b: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  });
  repository.files['model.safetensors'] = other;
  await expect(checkpoint.read('a')).rejects.toThrow('changed while it was read');
  repository.files['model.safetensors'] = file;
  const answer = async (fault: Fault) => {
    server.fault = () => fault;
    return checkpoint.read('a').then(
      () => undefined,
      (error: Error) => error.message,
    );
  };
  expect(await answer({ kind: 'no ranges' })).toContain('changed while it was read');
  expect(await answer({ kind: 'status', status: 500 })).toContain('answered 500');
});

it('says which file is missing', async () => {
  await expect(openUrl(`${server.storageHost}/o/none`).open?.('x')).rejects.toThrow('answered 403');
  const plain = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as AddressInfo;
  const source = openUrl(`http://127.0.0.1:${port}`);
  await expect(source.open?.('x')).rejects.toThrow(MissingFileError);
  await new Promise((resolve) => plain.close(resolve));
  await expect(source.has('x')).rejects.toThrow(/no answer \(.+\); check the address/);
});
