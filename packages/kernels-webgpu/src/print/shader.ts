import type { DType, KernelBuffer } from '@llm/tensor/backend';
import type { Binding, Kernel, KernelStep } from '../kernel.ts';

/** A WGSL function that shaders share; it comes into a shader once, after those that it calls. */
export interface LibraryFunction {
  /** The function's name, which is also its identity. */
  readonly name: string;
  /** Its WGSL. */
  readonly code: string;
  /** What it calls. */
  readonly uses?: readonly LibraryFunction[];
}

/** Elements in a 32-bit word of a buffer: 1, 2 or 4. */
export function elementsPerWord(dtype: DType): 1 | 2 | 4 {
  switch (dtype) {
    case 'f16':
    case 'bf16':
      return 2;
    case 'u8':
    case 'i8':
    case 'bool':
      return 4;
    default:
      return 1;
  }
}

/** Puts a shader together: the buffers that it uses, functions, workgroup memory, and the entry point. */
export class Shader {
  readonly #functions = new Map<string, string>();
  readonly #declarations: string[] = [];
  readonly #used = new Set<number>();

  constructor(
    readonly name: string,
    /** The operation's buffers, scratch after the named ones. */
    readonly buffers: readonly KernelBuffer[],
  ) {}

  /** The variable of a buffer, which becomes one of the shader's bindings. */
  buffer(local: number): string {
    this.#used.add(local);
    return nameOf(this.buffers[local]!, local);
  }

  /** Brings a function in and gives its name. */
  call(wanted: LibraryFunction): string {
    if (!this.#functions.has(wanted.name)) {
      for (const used of wanted.uses ?? []) this.call(used);
      this.#functions.set(wanted.name, wanted.code.trim());
    }
    return wanted.name;
  }

  /** Workgroup memory, once for all who ask for the same name. */
  shared(name: string, type: string, size: number): void {
    const declaration = `var<workgroup> ${name}: array<${type}, ${size}>;`;
    if (!this.#declarations.includes(declaration)) this.#declarations.push(declaration);
  }

  /** Adds a declaration at module level: workgroup memory, or a function of this shader alone. */
  declare(code: string): void {
    this.#declarations.push(code.trim());
  }

  /**
   * The finished dispatch.
   *
   * @param body statements of `main`, which has `group: vec3u` (the workgroup's number) and `thread: u32`
   */
  finish(body: string, workgroupSize: number, workgroups: Kernel['workgroups']): KernelStep {
    const args = [...this.#used].sort((a, b) => a - b);
    const bindings = args.map((local): Binding => {
      const buffer = this.buffers[local]!;
      const type = elementsPerWord(buffer.dtype) === 1 ? buffer.dtype : 'u32';
      return { name: nameOf(buffer, local), type: `array<${type}>`, access: buffer.access };
    });
    const main = `@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
${indent(body)}
}`;
    const code = [...this.#functions.values(), ...this.#declarations, main].join('\n\n');
    return { kernel: { name: this.name, bindings, code, workgroups }, args };
  }
}

function nameOf({ access }: KernelBuffer, local: number): string {
  return `${access === 'read' ? 'in' : 'out'}${local}`;
}

/** Moves lines two spaces to the right. */
export function indent(code: string): string {
  return code.replace(/^(?=.)/gm, '  ');
}
