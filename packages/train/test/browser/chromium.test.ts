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
      expect(outcome).toMatchObject({ resumedFrom: 3, difference: 0, names: ['checkpoint-6'] });
      const { losses = [] } = outcome;
      expect(losses).toHaveLength(6);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    },
    120_000,
  );
});
