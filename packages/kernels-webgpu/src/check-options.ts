/**
 * Checks the options of `requestDevice`. Loaded where there are options: most pages have none.
 *
 * @module
 */
import type { DeviceOptions } from './options.ts';

/** Every option; a missing or extra name does not compile. */
const known: Readonly<Record<keyof DeviceOptions, true>> = {
  powerPreference: true,
  requiredFeatures: true,
  toggles: true,
  adapter: true,
  device: true,
};

/** Options that choose or shape an adapter, and so mean nothing beside a device that exists. */
const choosing = ['powerPreference', 'toggles', 'adapter'] as const;

/** @throws Error naming the option that is unknown, has a bad value, or contradicts another. */
export function checkOptions(options: DeviceOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new Error(
        `requestDevice: unknown option ${name}; known are ${Object.keys(known).join(', ')}`,
      );
    }
  }
  const { powerPreference: power, adapter, device } = options;
  checkTexts('requestDevice', 'requiredFeatures', options.requiredFeatures);
  checkTexts('requestDevice', 'toggles', options.toggles);
  if (power !== undefined && power !== 'low-power' && power !== 'high-performance') {
    throw new Error(
      `requestDevice: powerPreference is 'low-power' or 'high-performance', got ${JSON.stringify(power)}`,
    );
  }
  const given = choosing.filter((name) => options[name] !== undefined);
  const first = device ? 'device' : 'adapter';
  const idle = device ? given : adapter ? given.filter((name) => name !== 'adapter') : [];
  if (idle.length > 0) {
    throw new Error(
      `requestDevice: ${idle.join(', ')} cannot take effect on the ${first} passed in; leave out one`,
    );
  }
  checkNative('device', device, 'lost');
  checkNative('adapter', adapter, 'requestDevice');
}

/** @throws TypeError for a list that is not one of texts. */
export function checkTexts(operation: string, option: string, list: unknown): void {
  if (list === undefined) return;
  if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return;
  throw new TypeError(
    `${operation}: ${option} must be a list of names, got ${JSON.stringify(list)}`,
  );
}

/** @throws TypeError for an object of WebGPU that is not what it is passed as. */
function checkNative(option: 'device' | 'adapter', value: unknown, member: string): void {
  if (value === undefined) return;
  if (typeof value === 'object' && value !== null && member in value) return;
  const type = option === 'device' ? 'GPUDevice' : 'GPUAdapter';
  throw new TypeError(
    `requestDevice: ${option} must be a ${type}, got ${Object.prototype.toString.call(value)}`,
  );
}
