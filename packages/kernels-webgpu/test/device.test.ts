import { afterEach, expect, test } from 'vitest';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';
import { openDawn } from '../src/dawn.ts';
import {
  DeviceLostError,
  type DeviceOptions,
  devices,
  type NativeDevice,
  requestDevice,
  type WebGpuDevice,
} from '../src/index.ts';
import { double } from './double.ts';

test('a device lost by the driver says so, and what to do', async () => {
  const native = {
    features: new Set(),
    limits: {},
    lost: Promise.resolve({ reason: 'unknown', message: 'GPU hung' }),
  };
  const { lost } = await requestDevice({ device: native as unknown as NativeDevice });
  expect(await lost).toMatchObject({
    name: 'DeviceLostError',
    reason: 'unknown',
    message: 'WebGPU: device lost (unknown): GPU hung; request a new device to go on',
  });
});

describeWebGpu('requestDevice', () => {
  const open: WebGpuDevice[] = [];
  afterEach(() => {
    for (const device of open.splice(0)) device.destroy();
  });
  const request = async (options?: DeviceOptions) => {
    const device = await requestDevice(options);
    open.push(device);
    return device;
  };

  test('lists adapters without duplicates', async () => {
    const { adapters, reason } = await devices();
    expect(reason).toBeUndefined();
    expect(new Set(adapters.map((adapter) => JSON.stringify(adapter))).size).toBe(adapters.length);
    for (const adapter of adapters) {
      expect(adapter.features).toContain('core-features-and-limits');
      expect(adapter.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(1 << 27);
      expect(typeof adapter.isFallback).toBe('boolean');
    }
  });

  test('gives a device that computes', async () => {
    const { native } = await request();
    expect(await double(native, [1, 2, 3, 4.5])).toEqual([2, 4, 6, 9]);
  });

  test("raises every limit to the adapter's, and switches useful features on", async () => {
    const device = await request();
    // `maxBufferSize` beyond the default of 256 MiB is what weights need.
    expect(device.limits).toEqual(device.adapter.limits);
    for (const feature of ['shader-f16', 'subgroups', 'timestamp-query']) {
      expect(device.features.has(feature)).toBe(device.adapter.features.includes(feature));
    }
  });

  test('a feature that is missing is named beside those that are there', async () => {
    await expect(requestDevice({ requiredFeatures: ['time-travel'] })).rejects.toThrow(
      /the adapter lacks time-travel; it has .*core-features-and-limits/,
    );
  });

  test('takes a device of the program, and leaves it alone', async () => {
    const own = await request();
    const shared = await requestDevice({
      device: own.native,
      requiredFeatures: ['core-features-and-limits'],
    });
    expect(shared.native).toBe(own.native);
    expect(shared.adapter.description).toBe(own.adapter.description);
    shared.destroy();
    expect(await double(own.native, [21])).toEqual([42]);
    await expect(requestDevice({ device: own.native, requiredFeatures: ['x'] })).rejects.toThrow(
      'the device lacks x',
    );
  });

  test('takes an adapter of the program, once', async () => {
    const access = await openDawn([]);
    const adapter = 'gpu' in access ? await access.gpu.requestAdapter() : null;
    const device = await request({ adapter: adapter! });
    expect(await double(device.native, [8])).toEqual([16]);
    await expect(requestDevice({ adapter: adapter! })).rejects.toThrow(
      /the adapter gave no device: .*; an adapter gives one device only/s,
    );
  });

  test('a lost device resolves `lost` with a typed error', async () => {
    const device = await request();
    device.destroy();
    const error = await device.lost;
    expect(error).toBeInstanceOf(DeviceLostError);
    expect(error.reason).toBe('destroyed');
    expect(error.message).toMatch(/^WebGPU: device lost \(destroyed\): /);
  });

  test('devices of several requests are independent', async () => {
    const [first, second] = await Promise.all([request(), request()]);
    first!.destroy();
    await first!.lost;
    expect(await double(second!.native, [4])).toEqual([8]);
  });
});
