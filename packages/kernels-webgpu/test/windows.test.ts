import { expect, it } from 'vitest';
import type { Slot } from '../src/dispatch.ts';
import { BufferLimitError } from '../src/errors.ts';
import { bindWithinLimits } from '../src/windows.ts';

const limits = { maxStorageBufferBindingSize: 1024, maxStorageBuffersPerShaderStage: 4 };
const target = { features: new Set<string>(), limits };

/** A kernel `in0` → `out1`, with 300 and `outputs` numbers. */
function bound(code: string, outputs = 300) {
  const slots: Slot[] = [
    { kind: 'arena', buffer: 0, offset: 512, bytes: 1200 },
    { kind: 'binding', index: 0, bytes: 4 * outputs },
  ];
  const bindings = [
    { name: 'in0', type: 'array<u32>', access: 'read' },
    { name: 'out1', type: 'array<f32>', access: 'write' },
  ] as const;
  return {
    kernel: { name: 'copy', bindings, code, workgroups: [1, 1, 1] as const },
    slots,
  };
}

it('binds a large buffer as windows that lie side by side', () => {
  const { kernel, slots } = bindWithinLimits(
    bound('out1[i] = f32(in0[in0[i]] + in0[0]);'),
    '',
    target,
  );
  expect(kernel.bindings.map(({ name }) => name)).toEqual(['in0_0', 'in0_1', 'out1_0', 'out1_1']);
  expect(slots).toEqual([
    { kind: 'arena', buffer: 0, offset: 512, bytes: 1024 },
    { kind: 'arena', buffer: 0, offset: 1536, bytes: 176 },
    { kind: 'binding', index: 0, offset: 0, bytes: 1024 },
    { kind: 'binding', index: 0, offset: 1024, bytes: 176 },
  ]);
  expect(kernel.code).toContain(
    'out1_write(u32(i), f32(in0_read(u32(in0_read(u32(i)))) + in0_read(u32(0))));',
  );
  expect(kernel.code).toContain('if (at < 256u) { return in0_0[at]; }\n  return in0_1[at - 256u];');
});

it('leaves a kernel alone whose buffers are small enough', () => {
  const small = bound('out1[i] = 1;', 8);
  const only = { ...small, slots: [{ ...small.slots[0]!, bytes: 1024 }, small.slots[1]!] };
  expect(bindWithinLimits(only, '', target)).toBe(only);
});

it.each([
  ['parts of elements that are written', 'out1[i].x = f32(in0[i]);', 300],
  ['elements that are added to', 'out1[i] += f32(in0[i]);', 300],
  ['pointers', 'store(&out1, in0[i]);', 300],
  ['more windows than bindings', 'out1[i] = f32(in0[i]);', 600],
])('refuses %s, by name', (_, code, outputs) => {
  expect(() => bindWithinLimits(bound(code, outputs), ' of layer', target)).toThrow(
    BufferLimitError,
  );
  expect(() => bindWithinLimits(bound(code, outputs), ' of layer', target)).toThrow(
    /'copy of layer'.*maxStorageBufferBindingSize is 1024/,
  );
});
