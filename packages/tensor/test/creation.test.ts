import { describe, expect, it } from 'vitest';
import { tensorOfBytes } from '../src/index.ts';

describe('tensorOfBytes', () => {
  it('takes stored elements over', async () => {
    const values = Float32Array.of(1, -2, 3.5, 4);
    const bytes = new Uint8Array(values.buffer);
    expect([...(await tensorOfBytes(bytes, [2, 2], 'f32').data())]).toEqual([1, -2, 3.5, 4]);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0); // the last one is padding
    const half = tensorOfBytes(new Uint8Array(halves.buffer), [3], 'f16');
    expect([...(await half.data())]).toEqual([1, -2, 0.5]);
  });

  it('refuses bytes that do not fit', () => {
    expect(() => tensorOfBytes(new Uint8Array(8), [3], 'f32')).toThrow('wants 12 at a multiple');
    expect(() => tensorOfBytes(new Uint8Array(16).subarray(1, 9), [2], 'f32')).toThrow('offset 1');
  });
});
