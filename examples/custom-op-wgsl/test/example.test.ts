import { setDefaultDevice } from '@llm/nn';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    lines.push(text);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

async function printsValueAndGradient(device: string): Promise<void> {
  setDefaultDevice(device);
  await import('../squared-relu.ts');
  expect(lines).toEqual(['value 0,0,0,0.25,9', 'gradient 0,0,0,1,6']);
}

it('runs its definition on WebAssembly', () => printsValueAndGradient('wasm'));

describeWebGpu('squared-relu', () => {
  it('runs its kernel on WebGPU', () => printsValueAndGradient('webgpu'));
});
