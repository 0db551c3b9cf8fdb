import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveFolder, writeFileAtomic } from '../src/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-hub-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Content whose reading fails, as a full disk would make the writing fail. */
const failing = new Proxy(new Uint8Array(1), {
  get() {
    throw new Error('disk full');
  },
});

describe('writeFileAtomic', () => {
  it('replaces the file by a new one', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    const before = await stat(path);
    await writeFileAtomic(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).ino).not.toBe(before.ino);
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves the old file and nothing else when writing fails', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    await expect(writeFileAtomic(path, failing)).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});

describe('saveFolder', () => {
  it('makes folders and writes all files', async () => {
    const root = join(folder, 'x', 'model');
    await saveFolder(root, { 'a.txt': 'a', 'sub/b.bin': Uint8Array.of(1, 2) });
    expect(await readFile(join(root, 'a.txt'), 'utf8')).toBe('a');
    expect([...(await readFile(join(root, 'sub', 'b.bin')))]).toEqual([1, 2]);
  });

  it('changes no file when one of them fails', async () => {
    await saveFolder(folder, { 'a.txt': 'old a', 'b.txt': 'old b' });
    await expect(saveFolder(folder, { 'a.txt': 'new a', 'b.txt': failing })).rejects.toThrow();
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('old a');
    expect((await readdir(folder)).sort()).toEqual(['a.txt', 'b.txt']);
  });

  it('writes nothing when a name is unsafe', async () => {
    await expect(saveFolder(folder, { 'a.txt': 'a', '../b.txt': 'b' })).rejects.toThrow('unsafe');
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes what a dead process left, and only that', async () => {
    const alive = `.a.txt.${process.pid}-x.tmp`;
    // Beyond the largest process id that Linux, macOS or Windows gives out in practice.
    await writeFile(join(folder, '.a.txt.2147483646-x.tmp'), '');
    await writeFile(join(folder, alive), '');
    await writeFile(join(folder, '.other.tmp'), '');
    await saveFolder(folder, { 'a.txt': 'a' });
    expect((await readdir(folder)).sort()).toEqual([alive, '.other.tmp', 'a.txt'].sort());
  });
});
