import { opCases } from '@llm/tensor/testing';
import { expect, it } from 'vitest';
import { describeChromium, runPage } from '../../../../tools/testing/chromium.ts';
import { full } from '../../../../tools/testing/full.ts';
import type { Outcome } from './outcome.ts';

describeChromium('in Chromium', () => {
  it('every operation, and its gradient, gives what the oracle gives', async () => {
    const outcome = await runPage<Outcome>(new URL('page.ts', import.meta.url), {
      query: full ? '?gradients=all' : '',
    });
    expect(outcome.failures).toEqual([]);
    expect(outcome.passed).toBe(opCases.length);
    expect(outcome.gradients).toBeGreaterThan(full ? 190 : 20);
    expect(outcome.adapter).not.toBe('');
  }, 600_000);
});
