import { expect, it } from 'vitest';
import { describeChromium, runPage } from '../../../../tools/testing/chromium.ts';
import type { Outcome } from './outcome.ts';

describeChromium('in Chromium', () => {
  it.each(['wasm', 'webgpu'])(
    'a fine-tune on %s goes on bit for bit from a checkpoint that outlived a reload',
    async (device) => {
      const outcome = await runPage<Outcome>(new URL('page.ts', import.meta.url), {
        query: `?device=${device}`,
        isolated: device === 'wasm',
      });
      expect(outcome.failure).toBeUndefined();
      expect(outcome).toMatchObject({
        resumedFrom: 3,
        difference: 0,
        names: ['checkpoint-6', 'runs'],
      });
      const events = expect.stringMatching(/^events\.out\.tfevents\.\d+\.page/);
      expect(outcome.logNames).toEqual([events, events, 'log-2.jsonl', 'log.jsonl', 'report.html']);
      expect(outcome.logged).toBe(3 + 3 + 1); // what the checkpoint knows, what came after it, the end
      const { losses = [] } = outcome;
      expect(losses).toHaveLength(6);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      if (device !== 'wasm') return;
      // The third trial of the first rung, and the best one of three to its end.
      expect(outcome.search).toEqual({ models: 2, shares: [1, 1 / 3, 1 / 3] });
      const saves = outcome.interrupted!;
      expect(saves.length).toBeGreaterThan(8);
      const first = saves.indexOf('new');
      expect(saves.slice(0, first)).toEqual(saves.slice(0, first).fill('old'));
      expect(saves.slice(first)).toEqual(saves.slice(first).fill('new'));
      expect(first).toBeGreaterThan(0);
    },
    120_000,
  );
});
