import type { Slot } from './dispatch.ts';
import { BufferLimitError } from './errors.ts';
import type { Binding, Kernel, Target } from './kernel.ts';

/** Bytes of the elements of arrays that shaders see. */
const elementBytes: Readonly<Record<string, number>> = {
  f32: 4,
  i32: 4,
  u32: 4,
  'vec2<f32>': 8,
  vec2f: 8,
  vec2u: 8,
  'vec4<f32>': 16,
  'vec4<u32>': 16,
  'vec4<i32>': 16,
  vec4f: 16,
  vec4u: 16,
  vec4i: 16,
};
/** The alignment of bindings that every device accepts. */
const alignment = 256;

/** A kernel with the buffers that it binds. */
export interface BoundKernel {
  readonly kernel: Kernel;
  readonly slots: readonly Slot[];
}

/**
 * A kernel that binds no more of a buffer at once than the device allows: a larger one is bound as several windows on
 * it, and the shader picks the window of each element. Others stay as they are.
 *
 * @param place what the kernel belongs to, for errors
 * @throws BufferLimitError where the shader uses a buffer otherwise than by elements, or has too many windows
 */
export function bindWithinLimits(bound: BoundKernel, place: string, target: Target): BoundKernel {
  const limit = target.limits.maxStorageBufferBindingSize!;
  const isLarge = ({ bytes }: Slot) => bytes > limit;
  const large = bound.slots.find(isLarge);
  if (!large) return bound;
  const window = Math.floor(limit / alignment) * alignment;
  const refuse = (bytes: number) =>
    new BufferLimitError(
      `${bound.kernel.name}${place}`,
      bytes,
      'maxStorageBufferBindingSize',
      limit,
    );
  let { code } = bound.kernel;
  const helpers: string[] = [];
  const bindings: Binding[] = [];
  const slots: Slot[] = [];
  bound.slots.forEach((slot, i) => {
    const binding = bound.kernel.bindings[i]!;
    if (!isLarge(slot)) {
      bindings.push(binding);
      slots.push(slot);
      return;
    }
    const size = elementBytes[/^array<(.*)>$/.exec(binding.type)?.[1] ?? ''];
    const rewritten = size === undefined ? undefined : byFunctions(code, binding.name);
    if (size === undefined || rewritten === undefined || window === 0) throw refuse(slot.bytes);
    code = rewritten;
    const count = Math.ceil(slot.bytes / window);
    for (let number = 0; number < count; number++) {
      const start = number * window;
      bindings.push({ ...binding, name: `${binding.name}_${number}` });
      slots.push({
        ...slot,
        offset: (slot.offset ?? 0) + start,
        bytes: Math.min(window, slot.bytes - start),
      });
    }
    helpers.push(...accessors(binding, count, window / size));
  });
  if (slots.length > target.limits.maxStorageBuffersPerShaderStage!) throw refuse(large.bytes);
  const kernel = { ...bound.kernel, bindings, code: `${helpers.join('\n')}\n\n${code}` };
  return { kernel, slots };
}

/** The functions that read and write an element of a buffer with so many windows. */
function accessors({ name, type, access }: Binding, count: number, elements: number): string[] {
  const element = type.slice('array<'.length, -1);
  const choose = (use: (variable: string) => string) =>
    Array.from({ length: count }, (_, number) => {
      const at = number === 0 ? 'at' : `at - ${number * elements}u`;
      const chosen = use(`${name}_${number}[${at}]`);
      return number === count - 1 ? chosen : `if (at < ${(number + 1) * elements}u) { ${chosen} }`;
    }).join('\n  ');
  const read = `fn ${name}_read(at: u32) -> ${element} {\n  ${choose((from) => `return ${from};`)}\n}`;
  if (access === 'read') return [read];
  const write = choose((to) => `${to} = value; return;`);
  return [read, `fn ${name}_write(at: u32, value: ${element}) {\n  ${write}\n}`];
}

/** Code whose uses of a buffer's elements are calls; undefined where it uses the buffer in another way. */
function byFunctions(code: string, name: string): string | undefined {
  const use = new RegExp(`\\b${name}\\b`).exec(code);
  if (!use) return code;
  const open = use.index + name.length;
  if (code[open] !== '[') return undefined;
  const close = closing(code, open);
  const index = byFunctions(code.slice(open + 1, close), name);
  const before = code.slice(0, use.index);
  const after = code.slice(close + 1);
  if (index === undefined) return undefined;
  const store = /^\s*=(?!=)\s*/.exec(after);
  if (!store) {
    // A part of an element, or an element with what it was, is not written by a function.
    if (/^\s*(\.\w+\s*)?([-+*/%&|^]|<<|>>)?=(?!=)/.test(after)) return undefined;
    const rest = byFunctions(after, name);
    return rest === undefined ? undefined : `${before}${name}_read(u32(${index}))${rest}`;
  }
  const end = after.indexOf(';');
  const value = byFunctions(after.slice(store[0].length, end), name);
  const rest = byFunctions(after.slice(end), name);
  if (value === undefined || rest === undefined) return undefined;
  return `${before}${name}_write(u32(${index}), ${value})${rest}`;
}

/** The position of the bracket that closes one. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '[') depth++;
    else if (code[at] === ']' && --depth === 0) return at;
  }
  throw new Error('internal: a bracket of a shader is not closed');
}
