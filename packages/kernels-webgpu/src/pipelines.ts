import { shaderStageCompute } from './constants.ts';
import { ShaderError } from './errors.ts';
import type { Binding, Kernel } from './kernel.ts';

/** A compiled shader; `pipeline` is there once `ready` has resolved. */
export interface Compiled {
  readonly layout: GPUBindGroupLayout;
  readonly ready: Promise<unknown>;
  pipeline: GPUComputePipeline | undefined;
}

/** How far the compilation of shaders has come. */
export interface CompileProgress {
  /** Shaders compiled since there was last nothing to compile. */
  readonly done: number;
  /** Shaders to compile, those done included. */
  readonly total: number;
}

/** Shaders that are kept for other programs. */
const pipelineLimit = 4096;
/** Milliseconds after which compilation is reported. */
const patience = 1000;

/** Compiles shaders in parallel, each once. */
export class PipelineCache {
  /** In order of last use. */
  readonly #compiled = new Map<string, Compiled>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #total = 0;
  #done = 0;
  /** Runs while shaders compile and nothing was reported yet. */
  #patience: ReturnType<typeof setTimeout> | undefined;
  #created = 0;

  constructor(
    readonly device: GPUDevice,
    readonly onProgress: ((progress: CompileProgress) => void) | undefined,
  ) {}

  /** Shaders compiled so far. */
  get created(): number {
    return this.#created;
  }

  /** The pipeline of a kernel; equal shaders share one. */
  get(kernel: Kernel): Compiled {
    const code = sourceOf(kernel);
    const known = this.#compiled.get(code);
    if (known) {
      this.#compiled.delete(code);
      this.#compiled.set(code, known);
      return known;
    }
    const layout = this.#layoutOf(kernel.bindings);
    const compiled: Compiled = { layout, pipeline: undefined, ready: Promise.resolve() };
    Object.assign(compiled, { ready: this.#compile(kernel, code, compiled) });
    compiled.ready.catch(() => this.#compiled.delete(code)); // reported by the run that waits for it
    this.#compiled.set(code, compiled);
    if (this.#compiled.size > pipelineLimit) {
      this.#compiled.delete(this.#compiled.keys().next().value!);
    }
    return compiled;
  }

  async #compile(kernel: Kernel, code: string, compiled: Compiled): Promise<void> {
    const { device } = this;
    const { name } = kernel;
    this.#begin();
    this.#created++;
    // Errors come by the promise; the scope keeps them from being reported a second time.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code, label: name });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [compiled.layout] });
    const made = device.createComputePipelineAsync({
      label: name,
      layout,
      compute: { module, entryPoint: 'main' },
    });
    const scope = device.popErrorScope();
    try {
      compiled.pipeline = await made;
    } catch (error) {
      throw await explain(kernel, code, module, (error as Error).message);
    } finally {
      await scope.catch(() => {});
      this.#end();
    }
  }

  /** Counts a shader; the first one that is waited for starts the clock. */
  #begin(): void {
    if (this.#done === this.#total) {
      this.#done = this.#total = 0;
      if (this.onProgress) {
        this.#patience = setTimeout(() => {
          this.#patience = undefined;
          this.#report();
        }, patience);
        // A process that is done otherwise does not stay for it; in pages a timer is a number.
        (this.#patience as { unref?(): void }).unref?.();
      }
    }
    this.#total++;
  }

  #end(): void {
    this.#done++;
    if (this.#patience === undefined) this.#report();
    else if (this.#done === this.#total) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
    }
  }

  #report(): void {
    this.onProgress?.({ done: this.#done, total: this.#total });
  }

  #layoutOf(bindings: readonly Binding[]): GPUBindGroupLayout {
    const key = bindings.map(({ access }) => access[0]).join('');
    let layout = this.#layouts.get(key);
    if (!layout) {
      const entries = bindings.map(
        ({ access }, binding): GPUBindGroupLayoutEntry => ({
          binding,
          visibility: shaderStageCompute,
          buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
        }),
      );
      layout = this.device.createBindGroupLayout({ entries, label: key });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

/** The whole WGSL of a kernel: extensions, buffers, code. */
export function sourceOf({ bindings, code, enables = [] }: Kernel): string {
  const lines = enables.map((extension) => `enable ${extension};`);
  bindings.forEach(({ name, type, access }, i) => {
    const mode = access === 'read' ? 'read' : 'read_write';
    lines.push(`@group(0) @binding(${i}) var<storage, ${mode}> ${name}: ${type};`);
  });
  return `${lines.join('\n')}\n\n${code}\n`;
}

async function explain(
  { name, userCode }: Kernel,
  code: string,
  module: GPUShaderModule,
  message: string,
): Promise<ShaderError> {
  const messages = await module.getCompilationInfo().then(
    (info) => info.messages,
    () => [],
  );
  const first = messages.find(({ type }) => type === 'error');
  const before = userCode === undefined ? 0 : code.lastIndexOf(userCode);
  const line = first && first.lineNum - (code.slice(0, before).split('\n').length - 1);
  const isInUserCode = line !== undefined && line > 0;
  const shown = userCode !== undefined && isInUserCode ? userCode : code;
  const shownLine = isInUserCode ? line : first?.lineNum;
  return new ShaderError(name, shownLine || undefined, shown, first?.message ?? message);
}
