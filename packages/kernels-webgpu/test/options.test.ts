import { expect, test } from 'vitest';
import { type DeviceOptions, requestDevice } from '../src/index.ts';

// Checked before any adapter is asked for, so these run on machines without one.
test.each<[string, unknown, string]>([
  ['an unknown option', { powerPref: 'low-power' }, 'unknown option powerPref; known are power'],
  ['an unknown power preference', { powerPreference: 'turbo' }, 'got "turbo"'],
  [
    'an adapter beside a device',
    { device: {}, adapter: {} },
    'adapter cannot take effect on the device',
  ],
  [
    'toggles beside an adapter',
    { adapter: {}, toggles: ['x'] },
    'toggles cannot take effect on the adapter',
  ],
  ['a name where a list belongs', { requiredFeatures: 'shader-f16' }, 'must be a list of names'],
  ['toggles that are no names', { toggles: [1] }, 'toggles must be a list of names, got [1]'],
  ['an adapter as a device', { device: { requestDevice() {} } }, 'device must be a GPUDevice'],
  ['what is no adapter', { adapter: {} }, 'adapter must be a GPUAdapter, got [object Object]'],
])('rejects %s', async (_, options, message) => {
  await expect(requestDevice(options as DeviceOptions)).rejects.toThrow(message);
});
