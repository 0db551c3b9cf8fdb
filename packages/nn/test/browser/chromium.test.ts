import { readdirSync } from 'node:fs';
import { opCases } from '@llm/tensor/testing';
import { expect, it } from 'vitest';
import { describeChromium, runPage } from '../../../../tools/testing/chromium.ts';
import { full } from '../../../../tools/testing/full.ts';
import type { Outcome } from './outcome.ts';

const folder = new URL('../fixtures/models/', import.meta.url);
const models = full ? readdirSync(folder) : ['gpt2'];

describeChromium('in Chromium', () => {
  // WebGPU's operations have a test in @llm/kernels-webgpu.
  it.each([
    { device: 'wasm', isolated: true, operations: full ? 'all' : 'one' },
    { device: 'wasm', isolated: false, operations: full ? 'all' : 'one' },
    { device: 'webgpu', isolated: false },
  ])(
    'operations and models are right on %o',
    async ({ device, isolated, operations }) => {
      const outcome = await runPage<Outcome>(new URL('page.ts', import.meta.url), {
        query: `?device=${device}&models=${models}${operations ? `&operations=${operations}` : ''}`,
        isolated,
        folder,
      });
      expect(outcome).toMatchObject({ failures: [], isolated });
      if (operations === 'all') expect(outcome.operations).toBe(opCases.length);
      else if (operations) expect(outcome.operations).toBeGreaterThan(30);
    },
    600_000,
  );
});
