import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkFileName,
  MissingFileError,
  openFiles,
  openFolder,
  openSource,
  openUrl,
} from '../src/index.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-hub-'));
});
afterEach(() => rm(folder, { recursive: true }));

const UNSAFE = [
  '',
  '.',
  '..',
  '../x',
  'a/../../x',
  '/etc/passwd',
  'C:\\x',
  'C:x',
  '\\\\host\\x',
  'a\\b',
  'file:///x',
  'a//b',
  'a/',
  './a',
  '%2e%2e/x',
  'a\0b',
  'a\nb',
  'x?y',
  'x#y',
  '.../x',
  'x. ',
  '\ud800',
];

describe('checkFileName', () => {
  it.each(UNSAFE)('refuses %j', (name) => {
    expect(() => checkFileName(name)).toThrow('unsafe file name');
  });
  it.each([
    'model.safetensors',
    'onnx/model.onnx',
    '.gitattributes',
    'a b',
    'modèle.bin',
    '1_Pooling/config.json',
  ])('accepts %j', (name) => expect(checkFileName(name)).toBe(name));
});

describe('openFolder', () => {
  it('reads, tests and lists', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'config.json'), '{}');
    await writeFile(join(folder, 'sub', 'x.txt'), 'x');
    for (const source of [
      openFolder(folder),
      openSource(folder),
      openSource(pathToFileURL(folder)),
    ]) {
      expect(text(await source.read('config.json'))).toBe('{}');
      expect(text(await source.read('sub/x.txt'))).toBe('x');
      expect(await source.has('sub')).toBe(false);
      expect(await source.has('nothing')).toBe(false);
      expect(await source.list?.()).toEqual(['config.json', 'sub/x.txt']);
    }
  });

  it('says what is there when a file is missing', async () => {
    await writeFile(join(folder, 'a.txt'), '');
    const error = await openFolder(folder)
      .read('b.txt')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MissingFileError);
    expect(error).toMatchObject({ file: 'b.txt', available: ['a.txt'] });
    expect((error as Error).message).toContain('it holds a.txt');
    await expect(openFolder(join(folder, 'none')).read('b.txt')).rejects.toThrow(
      'it holds no files',
    );
  });

  it('refuses to leave the folder', async () => {
    const source = openFolder(join(folder, 'model'));
    await mkdir(join(folder, 'model'));
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(folder, 'model', 'link'));
    await expect(source.read('../secret')).rejects.toThrow('unsafe file name');
    await expect(source.read('link')).rejects.toThrow('link out of the folder');
    await expect(source.has('link')).rejects.toThrow('link out of the folder');
  });

  it("follows the links of Hugging Face's cache", async () => {
    const snapshot = join(folder, 'snapshots', 'abc');
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(folder, 'blobs'));
    await writeFile(join(folder, 'blobs', '123'), 'blob');
    await symlink('../../blobs/123', join(snapshot, 'config.json'));
    expect(text(await openFolder(snapshot).read('config.json'))).toBe('blob');
  });
});

describe('openUrl', () => {
  it('fetches below the address and reports what is missing or broken', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url === '/model/a%20b.txt?rev=1') response.end('body');
      else response.writeHead(request.url?.includes('broken') ? 500 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const source = openSource(`http://127.0.0.1:${port}/model?rev=1`);
      expect(text(await source.read('a b.txt'))).toBe('body');
      expect(await source.has('a b.txt')).toBe(true);
      expect(await source.has('none')).toBe(false);
      await expect(source.read('none')).rejects.toThrow(MissingFileError);
      await expect(source.read('broken')).rejects.toThrow('answered 500');
      await expect(source.read('../x')).rejects.toThrow('unsafe file name');
      expect(seen[0]).toBe('GET /model/a%20b.txt?rev=1');
      expect(seen.some((line) => line.includes('/x'))).toBe(false);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('refuses other schemes', () => {
    expect(() => openUrl('ftp://host/x')).toThrow('wants http: or https:');
    expect(() => openSource(new URL('data:text/plain,x'))).toThrow('wants http: or https:');
  });
});

describe('openFiles', () => {
  it('serves files from memory', async () => {
    const source = openFiles({ 'b.txt': 'b', a: Uint8Array.of(1) });
    expect(text(await source.read('b.txt'))).toBe('b');
    expect(await source.has('c')).toBe(false);
    expect(await source.list?.()).toEqual(['a', 'b.txt']);
    expect(openSource(source)).toBe(source);
    await expect(source.read('c')).rejects.toThrow('it holds a, b.txt');
  });
});
