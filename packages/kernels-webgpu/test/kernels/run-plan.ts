import type { KernelBuffer } from '@llm/tensor/backend';
import { requestDevice, type WebGpuDevice } from '../../src/index.ts';
import type { Binding, Kernel, KernelPlan, Target } from '../../src/kernel.ts';

// Node has no globals GPUBufferUsage and GPUMapMode; these are the numbers of the specification.
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 };
const mapModeRead = 1;

/** A device for the tests of a file, and what kernels may use on it: nothing beyond WebGPU's core. */
export class Runner {
  readonly target: Target;
  readonly #pipelines = new Map<string, GPUComputePipeline>();

  private constructor(readonly device: WebGpuDevice) {
    this.target = { features: new Set(), limits: device.limits };
  }

  static async open(): Promise<Runner> {
    return new Runner(await requestDevice());
  }

  close(): void {
    this.device.destroy();
  }

  /**
   * Runs a plan on buffers, the operation's own ones, and gives the bytes of those that it writes. Scratch is
   * full of NaN at first. Every buffer has a guard word behind it.
   *
   * @throws Error for WGSL that does not compile, invalid calls, and writes behind a buffer's end
   */
  async run(
    plan: KernelPlan,
    declared: readonly KernelBuffer[],
    contents: readonly Uint8Array[],
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const native = this.device.native as GPUDevice;
    native.pushErrorScope('validation');
    const scratch = plan.scratchBytes.map((bytes) => new Uint8Array(bytes).fill(0xff));
    const all = [...contents, ...scratch];
    const buffers = all.map((bytes) => this.#upload(bytes));
    const encoder = native.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { kernel, args } of plan.steps) {
      pass.setPipeline(await this.#pipeline(kernel));
      const entries = args.map((buffer, binding) => ({
        binding,
        resource: { buffer: buffers[buffer]!, size: Math.max(4, padded(all[buffer]!.length)) },
      }));
      const layout = this.#layout(kernel.bindings);
      pass.setBindGroup(0, native.createBindGroup({ layout, entries }));
      pass.dispatchWorkgroups(...kernel.workgroups);
    }
    pass.end();
    const readbacks = declared.map(({ access }, i) => {
      if (access === 'read') return undefined;
      const size = buffers[i]!.size;
      const target = native.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
      encoder.copyBufferToBuffer(buffers[i]!, 0, target, 0, size);
      return target;
    });
    native.queue.submit([encoder.finish()]);
    const error = await native.popErrorScope();
    if (error) throw new Error(error.message);
    const results = await Promise.all(
      readbacks.flatMap((target, i) => (target ? [this.#read(target, all[i]!.length)] : [])),
    );
    for (const buffer of [...buffers, ...readbacks]) buffer?.destroy();
    return results;
  }

  #upload(bytes: Uint8Array): GPUBuffer {
    const native = this.device.native as GPUDevice;
    const size = Math.max(4, padded(bytes.length)) + 4;
    const buffer = native.createBuffer({
      size,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
    const whole = new Uint8Array(size).fill(0xab);
    whole.set(bytes);
    native.queue.writeBuffer(buffer, 0, whole);
    return buffer;
  }

  async #read(target: GPUBuffer, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await target.mapAsync(mapModeRead);
    const bytes = new Uint8Array(target.getMappedRange()).slice();
    if (bytes.subarray(-4).some((byte) => byte !== 0xab)) {
      throw new Error('a kernel wrote behind the end of its buffer');
    }
    return bytes.slice(0, length);
  }

  #layout(bindings: readonly Binding[]): GPUBindGroupLayout {
    return (this.device.native as GPUDevice).createBindGroupLayout({
      entries: bindings.map(({ access }, binding) => ({
        binding,
        visibility: 4,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
  }

  async #pipeline(kernel: Kernel): Promise<GPUComputePipeline> {
    const code = sourceOf(kernel);
    const known = this.#pipelines.get(code);
    if (known) return known;
    const native = this.device.native as GPUDevice;
    const module = native.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    const error = messages.find(({ type }) => type === 'error');
    if (error) {
      const lines = code.split('\n');
      throw new Error(
        `${kernel.name}: ${error.message}\n${error.lineNum}: ${lines[error.lineNum - 1]}\n\n${code}`,
      );
    }
    const pipeline = await native.createComputePipelineAsync({
      layout: native.createPipelineLayout({ bindGroupLayouts: [this.#layout(kernel.bindings)] }),
      compute: { module },
    });
    this.#pipelines.set(code, pipeline);
    return pipeline;
  }
}

/** The whole WGSL of a kernel: its bindings' declarations and its code. */
export function sourceOf({ bindings, code, enables = [] }: Kernel): string {
  const declarations = bindings.map(({ name, type, access }, index) => {
    const mode = access === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${index}) var<storage, ${mode}> ${name}: ${type};`;
  });
  return [...enables.map((name) => `enable ${name};`), ...declarations, code].join('\n');
}

const padded = (bytes: number) => Math.ceil(bytes / 4) * 4;

/** The bytes of a typed array. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
