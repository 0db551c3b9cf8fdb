/**
 * Checks the options of `requestDevice`.
 *
 * @module
 */
import type { NativeAdapter, NativeDevice } from './native.ts';

/** Which device to request; without options, the fastest adapter with all it can do. */
export interface DeviceOptions {
  /** Which adapter, on machines with two. Default `high-performance`. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Features to fail without. Those that kernels can use are asked for anyway where present. */
  readonly requiredFeatures?: readonly string[];
  /**
   * Toggles of Dawn to enable, such as `allow_unsafe_apis`; in Node with the `webgpu` package only. Dawn
   * ignores names that it does not know.
   */
  readonly toggles?: readonly string[];
  /** An adapter that the program has requested itself, not yet used for a device. */
  readonly adapter?: NativeAdapter;
  /** A device that the program has requested itself, to share it with other code; it stays the program's. */
  readonly device?: NativeDevice;
}

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
}
