import type { NativeAdapter, NativeDevice } from './native.ts';

/** Which device to request; without options, the fastest adapter with all it can do. */
export interface DeviceOptions {
  /** Which adapter, on machines with two. Default `high-performance`. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Features to fail without. Those that kernels can use are asked for anyway where present. */
  readonly requiredFeatures?: readonly string[];
  /**
   * Toggles of Dawn to enable; in Node with the `webgpu` package only. `vulkan_enable_f16_on_nvidia` gives `shader-f16`
   * to NVIDIA's GPUs under Vulkan, `allow_unsafe_apis` experimental features (ask for them by `requiredFeatures`), and
   * `disable_robustness` leaves out the checks of indices that kernels of this package do not need, those of
   * `defineOp` perhaps. Dawn ignores names that it does not know.
   */
  readonly toggles?: readonly string[];
  /** An adapter that the program has requested itself, not yet used for a device. */
  readonly adapter?: NativeAdapter;
  /** A device that the program has requested itself, to share it with other code; it stays the program's. */
  readonly device?: NativeDevice;
}
