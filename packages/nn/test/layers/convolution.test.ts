import { Conv1d, Conv2d, convolve, type Module, type Tensor, zeros } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../support/check-case.ts';
import { readCases } from '../support/fixture.ts';

const cases = readCases('convolution');
const modules: Record<string, () => Module & { forward(x: Tensor): Tensor }> = {
  conv1d: () => new Conv1d(3, 4, 3),
  'conv1d strided': () => new Conv1d(3, 4, 3, { stride: 2, padding: 1 }),
  'conv1d dilated, same': () => new Conv1d(2, 3, 4, { padding: 'same', dilation: 2 }),
  'conv1d depthwise, no bias': () => new Conv1d(4, 4, 3, { padding: 2, groups: 4, bias: false }),
  'conv1d without batch': () => new Conv1d(3, 2, 1),
  conv2d: () => new Conv2d(3, 4, 3),
  'conv2d of all options': () =>
    new Conv2d(4, 6, [3, 2], { stride: [2, 3], padding: [2, 1], dilation: [1, 2], groups: 2 }),
  'conv2d patches': () => new Conv2d(3, 5, 4, { stride: 4 }),
};

describe('convolutions equal PyTorch, forward and backward', () => {
  it.each(Object.keys(cases))('%s', (name) => {
    return checkCase(cases[name]!, modules[name]!(), (module, { x }) => module.forward(x!));
  });

  it('every module has its fixture', () => {
    expect(Object.keys(modules).sort()).toEqual(Object.keys(cases).sort());
  });
});

describe('convolutions refuse', () => {
  it('what does not fit', () => {
    expect(() => new Conv1d(3, 4, 3, { groups: 2 })).toThrow('got 2 for 3 and 4');
    expect(() => new Conv2d(2, 2, [3])).toThrow(
      'kernel_size wants a whole number from 1, or 2 of them',
    );
    expect(() => new Conv1d(2, 2, 3, { padding: 'same', stride: 2 })).toThrow(
      "'same' wants stride 1",
    );
    expect(() => new Conv1d(2, 2, 3, { padding: 'full' as never })).toThrow(
      "takes numbers, 'same'",
    );
    expect(() => new Conv1d(2, 2, 3, { padding_mode: 'reflect' } as never)).toThrow('padding_mode');
    expect(() => new Conv1d(2, 2, 3).forward(zeros([1, 2, 2]))).toThrow(
      '3 elements does not fit into 2',
    );
    expect(() => new Conv1d(2, 2, 3).forward(zeros([1, 3, 5]))).toThrow('wants x [batch, 2, …]');
    expect(() => new Conv2d(2, 2, 3).forward(zeros([2, 5]))).toThrow('wants 4 axes, or 3');
    expect(() =>
      convolve(zeros([1, 2, 5]), zeros([2, 2, 3]), undefined, { pad: 1 } as never),
    ).toThrow("unknown option 'pad'");
  });
});
