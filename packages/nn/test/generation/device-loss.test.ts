import { createWebGpuBackend, DeviceLostError, type WebGpuBackend } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/tensor';
import { afterAll, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { AutoModelForCausalLM, type GenerateOptions, generate } from '../../src/index.ts';
import { readModelCase } from '../support/model-case.ts';

describeWebGpu('generate on a device that is lost', () => {
  const backends: WebGpuBackend[] = [];
  registerDevice('webgpu', async () => {
    backends.push(await createWebGpuBackend());
    return new BackendDevice(backends.at(-1)!);
  });
  setDefaultDevice('webgpu');
  afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

  const { folder, prompt } = readModelCase('llama');
  const load = () => AutoModelForCausalLM.from_pretrained(folder);

  const searches: [string, GenerateOptions][] = [
    ['greedy', {}],
    ['beams', { num_beams: 3 }],
    ['sampling', { do_sample: true, seed: 1 }],
  ];

  it.each(full ? searches : searches.slice(0, 1))(
    'says so, and a model that is loaded again goes on: %s',
    async (_, search) => {
      const options = { ...search, max_new_tokens: 12 };
      const want = await generate(await load(), prompt, options);

      const model = await load();
      let steps = 0;
      const losing = generate(model, prompt, {
        ...options,
        stopping_criteria: [
          () => {
            if (++steps === 3) backends.at(-1)!.device.destroy();
            return false;
          },
        ],
      });
      expect(await lossOf(losing)).toBeInstanceOf(DeviceLostError);
      expect(await lossOf(generate(model, prompt, options))).toBeInstanceOf(DeviceLostError);

      const again = await generate(await load(), prompt, options);
      expect(again.sequences).toEqual(want.sequences);
    },
  );
});

/** The loss behind what a promise is rejected with: what needs a value that is gone says so, and why. */
async function lossOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => new Error('nothing was lost'),
    (reason: Error) => reason,
  );
  return /the value went with its device/.test(error.message) ? error.cause : error;
}
