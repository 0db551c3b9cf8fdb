import { afterEach, expect, test } from 'vitest';
import { openDawn } from '../src/dawn.ts';

const registry = Symbol.for('@llm/dawn');
const holder = globalThis as { [registry]?: Map<string, unknown> };
const before = holder[registry];
afterEach(() => {
  holder[registry] = before;
});

test('one instance for each set of toggles, kept on the global object', async () => {
  const plain = await openDawn([]);
  expect(await openDawn([])).toEqual(plain);
  expect([...holder[registry]!.values()]).toContain((plain as { gpu: unknown }).gpu);

  const one = await openDawn(['allow_unsafe_apis', 'dump_shaders']);
  const other = await openDawn(['dump_shaders', 'allow_unsafe_apis']);
  expect((one as { gpu: unknown }).gpu).toBe((other as { gpu: unknown }).gpu);
  expect((one as { gpu: unknown }).gpu).not.toBe((plain as { gpu: unknown }).gpu);
});

test('calls at the same time share one instance', async () => {
  holder[registry] = new Map();
  const [a, b] = await Promise.all([openDawn([]), openDawn([])]);
  expect((a as { gpu: unknown }).gpu).toBe((b as { gpu: unknown }).gpu);
});

test('an absent package is named as such, with what to install', async () => {
  holder[registry] = new Map();
  expect(await openDawn([], 'no-such-webgpu')).toEqual({
    reason:
      'WebGPU: no adapter; in Node install the "webgpu" package, on Linux also a Vulkan driver',
  });
});

test('a package that is there but does not load is told apart', async () => {
  holder[registry] = new Map();
  const broken = new URL('fixtures/broken-dawn.js', import.meta.url).href;
  const access = await openDawn([], broken);
  expect(access).toMatchObject({
    reason: expect.stringContaining('does not load: wrong libc for this binary'),
  });
});
