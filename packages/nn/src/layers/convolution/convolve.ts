/**
 * Convolution over any number of axes, composed: the window's positions are strided views of the input, which one
 * product contracts with the weight.
 *
 * @module
 */
import { checkOptions, matmul, stack, type Tensor } from '@llm/tensor';
import { amounts, type PerAxis, paddingOf, type WindowPadding } from './window.ts';

/** How a window moves over its input, with PyTorch's names and defaults. */
export interface ConvolveOptions {
  /** Steps between windows. Default 1. */
  readonly stride?: PerAxis;
  /** Zeros around the input; `'same'` keeps its sizes (stride 1 only), `'valid'` is 0. Default 0. */
  readonly padding?: WindowPadding;
  /** Steps between the elements of a window. Default 1. */
  readonly dilation?: PerAxis;
  /** Parts into which channels are divided; each output sees the inputs of its part. Default 1. */
  readonly groups?: number;
}

/**
 * y[n, o, p] = b[o] + Σ over c and k of W[o, c, k] · x[n, c, stride · p + dilation · k − padding], as PyTorch's
 * `conv1d`, `conv2d`, …: no flipped window.
 *
 * @param x [batch, in, ...sizes], or without the batch
 * @param weight [out, in / groups, ...window]
 * @param bias [out]
 * @returns [batch, out, ...sizes], ⌊(size + padding − dilation · (window − 1) − 1) / stride⌋ + 1 each
 * @throws RangeError if shapes or options do not fit together
 */
export function convolve(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolveOptions = {},
): Tensor {
  checkOptions('convolve', options, ['stride', 'padding', 'dilation', 'groups']);
  const window = weight.shape.slice(2);
  const axes = window.length;
  if (x.rank === axes + 1) return convolve(x.unsqueeze(0), weight, bias, options).squeeze(0);
  const { groups = 1 } = options;
  const stride = amounts('stride', options.stride ?? 1, axes, 1);
  const dilation = amounts('dilation', options.dilation ?? 1, axes, 1);
  const { before, after } = paddingOf(options.padding ?? 0, { window, stride, dilation });
  const [outputs, groupInputs] = weight.shape as readonly [number, number, ...number[]];
  checkChannels(x, weight, groups);

  const padded = x.pad([0, 0, ...before], [0, 0, ...after]);
  const sizes = window.map((width, axis) => {
    const span = dilation[axis]! * (width - 1) + 1;
    const size = Math.floor((padded.shape[axis + 2]! - span) / stride[axis]!) + 1;
    if (size > 0) return size;
    throw new RangeError(
      `convolve: a window over ${span} elements does not fit into ${padded.shape[axis + 2]} of axis ${axis + 2} of [${x.shape.join(', ')}], padding included`,
    );
  });
  const views = positionsOf(window).map((position) =>
    padded.slice(
      null,
      null,
      ...position.map((step, axis) => {
        const start = step * dilation[axis]!;
        return [start, start + (sizes[axis]! - 1) * stride[axis]! + 1, stride[axis]!] as const;
      }),
    ),
  );
  const [batch] = x.shape as readonly [number, ...number[]];
  const inner = groupInputs * views.length;
  const columns = stack(views, 2).reshape(batch, groups, inner, -1); // [batch, groups, in · window, places]
  const matrix = weight.reshape(groups, outputs / groups, inner);
  const y = matmul(matrix, columns).reshape(batch, outputs, ...sizes);
  return bias ? y.add(bias.reshape(outputs, ...sizes.map(() => 1))) : y;
}

/** All positions in a window, the last axis fastest. */
function positionsOf(window: readonly number[]): number[][] {
  return window.reduce<number[][]>(
    (positions, width) =>
      positions.flatMap((position) =>
        Array.from({ length: width }, (_, step) => [...position, step]),
      ),
    [[]],
  );
}

function checkChannels(x: Tensor, weight: Tensor, groups: number): void {
  const [outputs, groupInputs] = weight.shape as readonly [number, number];
  const fits =
    x.rank === weight.rank &&
    Number.isInteger(outputs / groups) &&
    groups >= 1 &&
    x.shape[1] === groupInputs * groups;
  if (!fits) {
    throw new RangeError(
      `convolve: got x [${x.shape.join(', ')}], weight [${weight.shape.join(', ')}] and ${groups} groups; wants x [batch, ${groupInputs * groups}, …] and outputs that the groups divide`,
    );
  }
}
