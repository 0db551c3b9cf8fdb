import { describe, expect, it } from 'vitest';
import { updateSlice, zeros } from '../../src/index.ts';

describe('updateSlice', () => {
  const x = zeros([2, 5, 3]);
  it('names shapes that do not fit', () => {
    expect(() => updateSlice(x, zeros([2, 1, 4]), 0, 1)).toThrow(
      'updateSlice: the update must have the shape of x but for axis 1: got [2, 5, 3] and [2, 1, 4]',
    );
    expect(() => updateSlice(x, zeros([5, 3]), 0, 1)).toThrow('updateSlice: the update must');
    expect(() => updateSlice(x, x, 0, 3)).toThrow('axis 3 is out of range for rank 3');
  });
  it('wants an integer as the start', () => {
    expect(() => updateSlice(x, x, 0.5, 1)).toThrow('start must be an integer: got 0.5');
    expect(() => updateSlice(x, x, zeros([]), 1)).toThrow('start must be a scalar i32: got f32 []');
  });
  it('is the tensor itself where the update has no elements', () => {
    expect(updateSlice(x, zeros([2, 0, 3]), 1, 1).node).toBe(x.node);
  });
});
