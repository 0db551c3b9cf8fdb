import { createWebGpuBackend, type WebGpuBackend } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/nn';
import { afterAll, describe, expect } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';

// The same tests, held to the same numbers of Python's peft; a software driver takes minutes for them.
describe.runIf(full)('on WebGPU', () => {
  describeWebGpu('every method', async () => {
    const backends: WebGpuBackend[] = [];
    registerDevice('webgpu', async () => {
      backends.push(await createWebGpuBackend());
      return new BackendDevice(backends.at(-1)!);
    });
    setDefaultDevice('webgpu');
    afterAll(async () => {
      expect(backends).toHaveLength(1);
      for (const backend of backends) await backend.dispose();
    });

    await import('./peft.test.ts');
    await import('./adalora/adalora.test.ts');
    await import('./prompt-tuning/prompt-tuning.test.ts');
  });
});
