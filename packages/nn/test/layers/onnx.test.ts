/**
 * Layers held to the ONNX project's own operator test data (converted by tools/reference/nn_onnx.py).
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import {
  Conv2d,
  decodeTensors,
  GRU,
  LayerNorm,
  LSTM,
  type Module,
  RNN,
  softmax,
  type Tensor,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { readCases } from '../support/fixture.ts';
import { type Comparison, expectAllClose, expectAllCloseOnDevice } from '../support/values.ts';

/** An ONNX node's operator and attributes. */
interface Attributes {
  readonly operator: 'Conv' | 'RNN' | 'LSTM' | 'GRU' | 'LayerNormalization' | 'Softmax';
  readonly hidden_size?: number;
  readonly axis?: number;
  readonly epsilon?: number;
  readonly pads?: readonly [top: number, left: number, bottom: number, right: number];
  readonly strides?: readonly number[];
}

const cases = readCases('onnx');
const file = readFileSync(new URL('../fixtures/onnx.safetensors', import.meta.url));
const attributesOf = JSON.parse(decodeTensors(file).metadata.get('attributes')!) as Record<
  string,
  Attributes
>;

/** The layer of a node with its parameters, called; an optional bias counts as part of the layer if it is given. */
function run(attributes: Attributes, parameter: Record<string, Tensor>, x: Tensor): Tensor {
  const load = <M extends Module>(module: M): M => {
    module.loadStateDict(parameter);
    return module;
  };
  switch (attributes.operator) {
    case 'Conv': {
      const [outputs, inputs, ...window] = parameter.weight!.shape as [
        number,
        number,
        number,
        number,
      ];
      const [top, left, bottom, right] = attributes.pads!;
      const stride = attributes.strides ?? 1;
      const layer = load(new Conv2d(inputs, outputs, window, { stride, bias: false }));
      return layer.forward(x.pad([0, 0, top, left], [0, 0, bottom, right]));
    }
    case 'LSTM':
      return load(new LSTM(x.shape[2]!, attributes.hidden_size!)).forward(x)[1][0];
    case 'RNN':
    case 'GRU': {
      const Layer = attributes.operator === 'RNN' ? RNN : GRU;
      return load(new Layer(x.shape[2]!, attributes.hidden_size!)).forward(x)[1];
    }
    case 'LayerNormalization': {
      const { shape } = parameter.weight!;
      return load(new LayerNorm(shape, { eps: attributes.epsilon ?? 1e-5 })).forward(x);
    }
    case 'Softmax':
      return softmax(x, attributes.axis ?? -1);
  }
}

describe('layers give what the ONNX project says', () => {
  it('in every case, on the oracle and on the device', async () => {
    const comparisons: Comparison[] = Object.entries(cases).map(([label, fixture]) => ({
      label,
      got: run(attributesOf[label]!, fixture.parameter ?? {}, fixture.input.x!),
      want: fixture.output['0']!,
      tolerance: 2e-6,
    }));
    expect(comparisons).toHaveLength(25);
    expectAllClose(comparisons);
    await expectAllCloseOnDevice(comparisons);
  });
});
