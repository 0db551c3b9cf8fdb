import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MissingFileError, openSource } from '../../src/index.ts';
import { expectSame, largeFile, useHub } from '../support/hub.ts';

const ID = 'owner/name';
const FILE = 'model.safetensors';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const NEXT = 'fedcba9876543210fedcba9876543210fedcba98';
const bytes = largeFile();
const sha256 = createHash('sha256').update(bytes).digest('hex');
const hub = useHub(() => ({
  [ID]: { files: { 'config.json': '{}', [FILE]: bytes, 'onnx/a.txt': 'a' } },
}));

const root = () => join(hub.cache, 'models--owner--name');
const text = async (source: ReturnType<typeof openSource>, name: string) =>
  new TextDecoder().decode(await source.read(name));
const questions = () => hub.server.requests.length;

describe('the folder of the cache', () => {
  it("has the layout of Python's", async () => {
    const source = openSource(ID);
    await source.read(FILE);
    await source.read('onnx/a.txt');
    expect(await readFile(join(root(), 'refs', 'main'), 'utf8')).toBe(COMMIT);
    const snapshot = join(root(), 'snapshots', COMMIT);
    expect(await readlink(join(snapshot, FILE))).toBe(join('..', '..', 'blobs', sha256));
    // As git hashes it: blob 1\\0a
    const sha1 = createHash('sha1').update('blob 1\0a').digest('hex');
    expect(await readlink(join(snapshot, 'onnx', 'a.txt'))).toBe(
      join('..', '..', '..', 'blobs', sha1),
    );
    expect((await readdir(join(root(), 'blobs'))).sort()).toEqual([sha1, sha256].sort());
  });

  it('is read without asking anybody where that is wanted', async () => {
    await openSource(ID).read('config.json');
    const before = questions();
    const source = openSource(ID, { local_files_only: true });
    expect(await text(source, 'config.json')).toBe('{}');
    expect(await source.has(FILE)).toBe(false);
    expect(await source.list?.()).toEqual(['config.json']);
    await expect(source.read(FILE)).rejects.toThrow(MissingFileError);
    const none = openSource('owner/none', { local_files_only: true });
    await expect(none.read('config.json')).rejects.toMatchObject({ code: 'not-cached' });
    expect(questions()).toBe(before);
  });

  it('needs no question for a commit that it has', async () => {
    await openSource(ID, { revision: COMMIT }).read('config.json');
    const before = questions();
    expect(await text(openSource(ID, { revision: COMMIT }), 'config.json')).toBe('{}');
    expect(questions()).toBe(before);
  });

  it('sees a new commit, and keeps the files that have not changed', async () => {
    const old = openSource(ID);
    await old.read('config.json');
    await old.read(FILE);
    Object.assign(hub.repositories[ID]!, { commit: NEXT });
    hub.repositories[ID]!.files['config.json'] = '{"new": true}';
    const source = openSource(ID);
    expect(await text(source, 'config.json')).toBe('{"new": true}');
    const before = hub.server.requests.filter(({ storage }) => storage).length;
    expectSame(await source.read(FILE), bytes);
    expect(hub.server.requests.filter(({ storage }) => storage)).toHaveLength(before);
    expect(await readFile(join(root(), 'refs', 'main'), 'utf8')).toBe(NEXT);
    // What was opened before stays with its commit, which the hub here no longer has.
    expect(await text(old, 'config.json')).toBe('{}');
  });

  it('is shared with a folder made by hand, but not with links out of it', async () => {
    const snapshot = join(root(), 'snapshots', COMMIT);
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(root(), 'refs'));
    await writeFile(join(root(), 'refs', 'main'), COMMIT);
    await writeFile(join(hub.cache, 'secret'), 'secret');
    await symlink(join(hub.cache, 'secret'), join(snapshot, 'config.json'));
    const source = openSource(ID, { local_files_only: true });
    await expect(source.read('config.json')).rejects.toThrow('link out of the folder');
  });

  it('takes over what a dead process left, not what a living one writes', async () => {
    const blobs = join(root(), 'blobs');
    await mkdir(blobs, { recursive: true });
    const host = hostname().replace(/[^A-Za-z0-9]/g, '_');
    const living = `${sha256}.${host}-${process.ppid}-x.incomplete`;
    await writeFile(join(blobs, living), bytes.subarray(0, 200_000));
    // Beyond the largest process id that Linux, macOS or Windows gives out in practice.
    await writeFile(
      join(blobs, `${sha256}.${host}-2147483646-x.incomplete`),
      bytes.subarray(0, 90_000),
    );
    expectSame(await openSource(ID).read(FILE), bytes);
    const get = hub.server.requests.find(({ storage, method }) => storage && method === 'GET');
    expect(get?.headers.range).toBe('bytes=90000-');
    expect((await readdir(blobs)).sort()).toEqual([sha256, living].sort());
    expect((await lstat(join(blobs, living))).size).toBe(200_000);
  });

  it('downloads again what was left damaged', async () => {
    const blobs = join(root(), 'blobs');
    await mkdir(blobs, { recursive: true });
    const host = hostname().replace(/[^A-Za-z0-9]/g, '_');
    const left = `${sha256}.${host}-2147483646-x.incomplete`;
    await writeFile(join(blobs, left), new Uint8Array(90_000));
    expectSame(await openSource(ID).read(FILE), bytes);
    expect(await readdir(blobs)).toEqual([sha256]);
  });
});

describe('revisions and names', () => {
  it('are checked before they reach an address or a folder', () => {
    for (const revision of ['../x', 'a/../../b', '', 'a\\b', 'x?y']) {
      expect(() => openSource(ID, { revision }), revision).toThrow();
    }
    expect(questions()).toBe(0);
  });

  it('may be a pull request', async () => {
    expect(await text(openSource(ID, { revision: 'refs/pr/1' }), 'config.json')).toBe('{}');
    expect(await readFile(join(root(), 'refs', 'refs', 'pr', '1'), 'utf8')).toBe(COMMIT);
  });

  it('name files inside the repository only', async () => {
    await expect(openSource(ID).read('../x')).rejects.toThrow('unsafe file name');
  });
});

it('is not harmed by several processes at once', async () => {
  const script = `
    import { env, openSource } from '@llm/hub';
    env.remoteHost = process.argv[1]; env.cacheDir = process.argv[2];
    const bytes = await openSource('${ID}').read('${FILE}');
    process.stdout.write(String(bytes.length));`;
  const runs = Array.from({ length: 3 }, () => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        '--conditions=@llm/source',
        '--input-type=module',
        '-e',
        script,
        hub.server.host,
        hub.cache,
      ],
      { cwd: new URL('../..', import.meta.url) },
    );
    return new Promise<string>((resolve) => {
      let output = '';
      child.stdout.on('data', (piece) => {
        output += piece;
      });
      child.stderr.on('data', (piece) => {
        output += piece;
      });
      child.on('close', () => resolve(output));
    });
  });
  expect(await Promise.all(runs)).toEqual(['300000', '300000', '300000']);
  expect(await readdir(join(root(), 'blobs'))).toEqual([sha256]);
  expectSame(await readFile(join(root(), 'blobs', sha256)), bytes);
});
