import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';
import { devices, requestDevice } from '../src/index.ts';

afterEach(() => vi.unstubAllGlobals());

/** Runs a program in a Node process of its own and returns what it printed. */
function run(program: string, environment: Record<string, string> = {}) {
  const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  const source = `import * as webgpu from ${JSON.stringify(index)};\n${program}`;
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    ['--conditions=@llm/source', '--import', 'tsx', '--input-type=module', '--eval', source],
    { encoding: 'utf8', env: { ...process.env, ...environment }, timeout: 30_000 },
  );
  return { output: stdout.trim(), status, signal };
}

test('without a driver, the list is empty and the reason says what to install', () => {
  const program = `
    const { adapters, reason } = await webgpu.devices();
    console.log(adapters.length, reason);
    await webgpu.requestDevice().catch((error) => console.log(error.name));`;
  // The Vulkan loader finds no driver when it is pointed at a file that does not exist.
  const { output, status } = run(program, { VK_DRIVER_FILES: '/nonexistent' });
  expect(output).toMatch(
    /^0 WebGPU: no adapter; .*install a Vulkan driver.*\nWebGpuUnavailableError$/,
  );
  expect(status).toBe(0);
});

test("the environment's own WebGPU comes before Dawn, and takes no toggles", async () => {
  const requestAdapter = vi.fn(async () => null);
  vi.stubGlobal('navigator', { gpu: { requestAdapter } });
  expect((await devices()).adapters).toEqual([]);
  expect(requestAdapter).toHaveBeenCalled();
  await expect(requestDevice({ toggles: ['allow_unsafe_apis'] })).rejects.toThrow(
    'toggles (got allow_unsafe_apis) exist only in Node',
  );
});

describeWebGpu('the process', () => {
  test('exits by itself while devices live and work is in flight', () => {
    const program = `
      const first = await webgpu.requestDevice();
      const second = await webgpu.requestDevice();
      const buffer = first.native.createBuffer({ size: 1 << 20, usage: 8 });
      first.native.queue.writeBuffer(buffer, 0, new Uint8Array(1 << 20));
      second.lost.then(() => console.log('lost'));
      console.log('done');`;
    expect(run(program)).toEqual({ output: 'done', status: 0, signal: null });
  });
});
