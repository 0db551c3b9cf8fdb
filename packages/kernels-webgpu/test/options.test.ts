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
])('rejects %s', async (_, options, message) => {
  await expect(requestDevice(options as DeviceOptions)).rejects.toThrow(message);
});
