import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { env, HubError, MissingFileError, openRepository, openSource } from '../../src/index.ts';
import { largeFile, useHub } from '../support/hub.ts';

const hub = useHub(() => ({
  'owner/open': { files: { 'config.json': '{}' } },
  'owner/secret': { files: { 'config.json': '{}', 'model.bin': largeFile() }, token: 'right' },
  'owner/gated': { files: { 'config.json': '{}' }, gated: true },
  'owner/old': { files: {}, renamedTo: 'owner/open' },
  gpt: { files: { 'config.json': '{"name": "gpt"}' } },
}));

const failure = (reading: Promise<unknown>) => reading.catch((caught: unknown) => caught);

describe('what goes wrong has a type and says what to do', () => {
  it.each([
    ['owner/none', {}, 'repository-not-found', 'check the spelling, or pass { token }'],
    ['owner/none', { token: 'right' }, 'repository-not-found', 'whether the token may read it'],
    ['owner/secret', {}, 'repository-not-found', 'or it is private (401)'],
    ['owner/secret', { token: 'wrong' }, 'unauthorized', 'refused the token'],
    ['owner/gated', {}, 'gated', 'accept its terms on its page and pass { token }'],
    ['owner/gated', { token: 'x' }, 'gated', 'this token has no access'],
    ['owner/open', { revision: 'v2' }, 'revision-not-found', 'has no revision "v2"'],
  ])('%s %j', async (id, options, code, message) => {
    for (const ask of [
      () => openSource(id, options).read('config.json'),
      () => openSource(id, options).has('config.json'),
      async () => openSource(id, options).list?.(),
    ]) {
      const error = await failure(ask());
      expect(error).toBeInstanceOf(HubError);
      expect(error).toMatchObject({ code, repository: id });
      expect((error as Error).message).toContain(message);
    }
  });

  it('a missing file, with those that are there', async () => {
    const error = await failure(openSource('owner/open').read('none.txt'));
    expect(error).toBeInstanceOf(MissingFileError);
    expect((error as Error).message).toContain('it holds config.json');
    expect(await openSource('owner/open').has('none.txt')).toBe(false);
  });

  it('an answer that is no hub’s', async () => {
    const { fetch } = env;
    env.fetch = async () => new Response('x', { headers: { etag: '"x"' } });
    await expect(openSource('owner/open').read('config.json')).rejects.toThrow('is it a hub?');
    env.fetch = fetch;
  });
});

describe('the token', () => {
  it('opens what is private, and goes to the hub only', async () => {
    const source = openSource('owner/secret', { token: 'right' });
    expect(new TextDecoder().decode(await source.read('config.json'))).toBe('{}');
    await source.read('model.bin');
    const { requests } = hub.server;
    expect(requests.some(({ storage }) => storage)).toBe(true);
    for (const { storage, headers } of requests) {
      expect(headers.authorization).toBe(storage ? undefined : 'Bearer right');
    }
  });
});

describe('names of repositories', () => {
  it('follow renames', async () => {
    expect(new TextDecoder().decode(await openSource('owner/old').read('config.json'))).toBe('{}');
  });

  it('may lack an owner', async () => {
    expect(new TextDecoder().decode(await openSource('gpt').read('config.json'))).toContain('gpt');
    expect(await openSource('gpt').list?.()).toEqual(['config.json']);
  });

  it('mean a folder if there is one', async () => {
    const before = process.cwd();
    await mkdir(join(hub.cache, 'owner', 'open'), { recursive: true });
    await writeFile(join(hub.cache, 'owner', 'open', 'config.json'), 'here');
    try {
      process.chdir(hub.cache);
      const source = openSource('owner/open');
      expect(new TextDecoder().decode(await source.read('config.json'))).toBe('here');
    } finally {
      process.chdir(before);
    }
    expect(hub.server.requests).toEqual([]);
  });

  it.each(['', 'a/b/c', '../x', 'a/..', 'a--b/c', 'a b/c', 'owner/name.git', 'x'.repeat(97)])(
    'are checked: %j',
    (id) => {
      expect(() => openRepository(id)).toThrow('wants "owner/name"');
    },
  );
});

describe('options', () => {
  it('are checked', () => {
    // @ts-expect-error there is no such option
    expect(() => openSource('a/b', { cacheDir: 'x' })).toThrow('unknown option "cacheDir"');
    // @ts-expect-error another type
    expect(() => openSource('a/b', { revision: 1 })).toThrow('revision has the wrong type');
    expect(() => openSource('./a', { revision: 'main' })).toThrow('no repository of the hub');
  });
});
