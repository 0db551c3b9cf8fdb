import { readFile } from 'node:fs/promises';
import type { Tensor } from '@llm/nn';
import { expect, it } from 'vitest';
import { describeChromium, runPage } from '../../../../tools/testing/chromium.ts';
import { startHubServer } from '../../../../tools/testing/hub-server.ts';
import { readModelCase } from '../support/model-case.ts';
import type { HubOutcome } from './hub-page.ts';

describeChromium('a model from the hub, in Chromium', () => {
  it('is checked, goes on after a cut, and is loaded again without the network', async () => {
    const { folder, input, output } = readModelCase('llama');
    const [config, weights] = await Promise.all(
      ['config.json', 'model.safetensors'].map((name) => readFile(new URL(name, folder))),
    );
    const files = { 'config.json': config!, 'model.safetensors': weights! };
    const server = await startHubServer({ 'tiny/llama': { files }, 'tiny/damaged': { files } });
    try {
      let cuts = 0;
      server.fault = ({ path, storage }) => {
        if (!storage) return undefined;
        if (path.includes('damaged')) return { kind: 'damage' };
        return cuts++ < 2 ? { kind: 'cut', after: 3000 } : undefined;
      };
      const { input_ids, attention_mask } = input as Record<string, Tensor>;
      const inputs = JSON.stringify({
        input_ids: await input_ids!.toArray(),
        attention_mask: await attention_mask!.toArray(),
      });
      const outcome = await runPage<HubOutcome>(new URL('hub-page.ts', import.meta.url), {
        query: `?host=${server.host}&inputs=${inputs}`,
      });
      expect(outcome).toMatchObject({ damaged: 'corrupt', done: Object.keys(files) });
      expect(outcome.cached).toContainEqual(expect.stringMatching(/tiny\/llama\/resolve\/.*model/));
      expect(outcome.cached!.some((path) => /tiny\/damaged\/resolve\/.*model/.test(path))).toBe(
        false,
      );
      const want = await output.logits!.data();
      const [first, second] = outcome.logits!;
      expect(first!.length).toBe(want.length);
      expect(first!.every((value, i) => Math.abs(value - want[i]!) < 1e-4)).toBe(true);
      expect(second).toEqual(first);
      // Each file once: what was cut was asked for again, from where it ended or whole.
      const asked = server.requests.filter(
        ({ path, method }) => method === 'GET' && /llama/.test(path),
      );
      const pieces = asked.filter(({ storage }) => storage).map(({ headers }) => headers);
      expect(pieces.map(({ range }) => range)).toHaveLength(3);
      // The HTTP cache of the browser is passed by: it would keep the weights a second time.
      expect(pieces.map((headers) => headers['cache-control'])).toEqual(Array(3).fill('no-cache'));
      expect(asked.filter(({ path }) => path.endsWith('config.json'))).toHaveLength(1);
    } finally {
      await server.close();
    }
  }, 120_000);
});
