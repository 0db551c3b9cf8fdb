/**
 * The contract between whoever writes shaders (the printer, the templates) and whoever runs them.
 *
 * A shader is WGSL *without* its buffer declarations: those are written from `bindings`, as is the bind
 * group's layout, so that the two cannot disagree. The WGSL refers to a buffer by its binding's name, and to
 * nothing else by a word that could be such a name. Its entry point is `main`.
 */

/** A storage buffer of a shader, at binding number `i` of group 0 where it is the `i`th of the list. */
export interface Binding {
  /** The variable in the WGSL, such as `in0`; a name that occurs nowhere else in the shader. */
  readonly name: string;
  /** WGSL type: `array<f32>`, `array<u32>`, `array<vec4f>`, … Sub-word dtypes are `array<u32>`. */
  readonly type: string;
  /** `write` is `read_write` in WGSL. */
  readonly access: 'read' | 'write';
}

/** One dispatch: a shader and its grid. Equal text means one pipeline, whatever the names. */
export interface Kernel {
  /** For people: shown in GPU debuggers, profiles and errors. */
  readonly name: string;
  /** Buffers in the order of `KernelStep.args`. */
  readonly bindings: readonly Binding[];
  /** WGSL, without the declarations of `bindings`. */
  readonly code: string;
  /** The part of `code` that the program wrote: errors show it, and count lines from its beginning. */
  readonly userCode?: string;
  /** Extensions for `enable …;`, such as `f16`, `subgroups`. */
  readonly enables?: readonly string[];
  /** Workgroups along x, y, z; each at least 1 and at most `limits.maxComputeWorkgroupsPerDimension`. */
  readonly workgroups: readonly [x: number, y: number, z: number];
}

/** One kernel of an operation that may take several; each sees what the ones before it wrote. */
export interface KernelStep {
  /** What runs. */
  readonly kernel: Kernel;
  /** The kernel's buffers as indices into the operation's buffers, scratch after the named ones. */
  readonly args: readonly number[];
  /** Whether it copies one buffer to another, and so is left out where the two are one. */
  readonly onlyCopies?: boolean;
}

/** An operation of one or more kernels that run one after the other. */
export interface KernelPlan {
  /** Steps in order. */
  readonly steps: readonly KernelStep[];
  /** Bytes of each scratch buffer; they take the indices after the operation's own buffers. */
  readonly scratchBytes: readonly number[];
}

/** What kernels for a device may use. */
export interface Target {
  /** The WebGPU features that are switched on and may be used, such as `shader-f16`. */
  readonly features: ReadonlySet<string>;
  /** The limits in force, by WebGPU's names; sizes in bytes. */
  readonly limits: Readonly<Record<string, number>>;
  /** Smallest and largest subgroup in invocations, where the adapter says; never to be assumed equal. */
  readonly subgroupSizes?: readonly [smallest: number, largest: number] | undefined;
}

/** A plan that does nothing: for outputs without elements. */
export const nothing: KernelPlan = { steps: [], scratchBytes: [] };

/**
 * `count` workgroups as a grid: x alone where the limit allows, else x by y. In the shader the number of a
 * workgroup is `group.x + group.y * x`; the last ones may lie beyond `count`.
 */
export function gridOf(count: number, target: Target): readonly [x: number, y: number, z: number] {
  const most = target.limits.maxComputeWorkgroupsPerDimension ?? 65535;
  if (count <= most) return [Math.max(1, count), 1, 1];
  const y = Math.ceil(count / most);
  return [Math.ceil(count / y), y, 1];
}
