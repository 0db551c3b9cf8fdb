#!/usr/bin/env python3
"""The ONNX project's operator test data, in PyTorch's layout, for packages/nn/test.

    apt-get download libonnx-testdata && dpkg -x libonnx-testdata_*.deb FOLDER     # Debian's
    pip install onnx && python3 tools/reference/nn_onnx.py FOLDER/usr/share/libonnx-testdata/data/node

writes packages/nn/test/fixtures/onnx.safetensors with tensors named `case/kind/name` as nn_transformer.py does, and
each case's attributes as JSON in the metadata. What PyTorch does not have is left out: peepholes, GRUs that reset
before the product with states other than 0, several lengths in one batch.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

SOURCE = Path(sys.argv[1])
TARGET = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures' / 'onnx.safetensors'
CASES = [
    'basic_conv_with_padding', 'basic_conv_without_padding', 'conv_with_strides_padding',
    'conv_with_strides_no_padding', 'conv_with_strides_and_asymmetric_padding',
    'simple_rnn_defaults', 'simple_rnn_with_initial_bias', 'rnn_seq_length',
    'lstm_defaults', 'lstm_with_initial_bias', 'gru_defaults', 'gru_with_initial_bias',
    'layer_normalization_default_axis', 'layer_normalization_2d_axis1', 'layer_normalization_3d_axis1_epsilon',
    'layer_normalization_3d_axis_negative_2_epsilon', 'layer_normalization_4d_axis0', 'layer_normalization_4d_axis2',
    'softmax_example', 'softmax_axis_0', 'softmax_axis_1', 'softmax_axis_2', 'softmax_negative_axis',
    'softmax_default_axis', 'softmax_large_number',
]
# Places of ONNX's gates in PyTorch's order: LSTM i o f c -> i f c o, GRU z r h -> r z h.
GATES = {'RNN': [0], 'LSTM': [0, 2, 3, 1], 'GRU': [1, 0, 2]}


def read(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def reorder(weight, gates):
    parts = np.split(weight, len(gates))
    return np.concatenate([parts[gate] for gate in gates])


def recurrent(kind, inputs):
    """X, W, R and B (both biases in one row) of one direction as PyTorch's parameters."""
    gates = GATES[kind]
    x, w, r = inputs[:3]
    b = inputs[3] if len(inputs) > 3 else np.zeros((1, 2 * len(gates) * r.shape[2]), np.float32)
    w_bias, r_bias = np.split(b[0], 2)
    parameters = {'weight_ih_l0': w[0], 'weight_hh_l0': r[0], 'bias_ih_l0': w_bias, 'bias_hh_l0': r_bias}
    return {'x': x}, {name: reorder(value, gates) for name, value in parameters.items()}


tensors, attributes = {}, {}
for case in CASES:
    folder = SOURCE / f'test_{case}'
    node = onnx.load(folder / 'model.onnx').graph.node[0]
    data = folder / 'test_data_set_0'
    inputs = [read(data / f'input_{i}.pb') for i in range(len(list(data.glob('input_*'))))]
    outputs = [read(data / f'output_{i}.pb') for i in range(len(list(data.glob('output_*'))))]
    parameters = {}
    if node.op_type in GATES:
        named, parameters = recurrent(node.op_type, inputs)
        # The last state alone, [directions, batch, width]; Y is [length, directions, batch, width].
        given = [name for name in node.output if name]
        outputs = [value for name, value in zip(given, outputs) if name == 'Y_h']
    elif node.op_type == 'Softmax':
        named = {'x': inputs[0]}
    else:
        named = {'x': inputs[0]}
        parameters = dict(zip(('weight', 'bias'), inputs[1:]))
        outputs = outputs[:1]
    attributes[case] = {'operator': node.op_type,
                        **{a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}}
    attributes[case] = {key: value.decode() if isinstance(value, bytes) else value
                        for key, value in attributes[case].items()}
    for kind, values in (('input', named), ('parameter', parameters), ('output', dict(enumerate(outputs)))):
        for name, value in values.items():
            assert value.dtype == np.float32, (case, name, value.dtype)
            tensors[f'{case}/{kind}/{name}'] = value

header, body = {'__metadata__': {'attributes': json.dumps(attributes)}}, b''
for name, value in tensors.items():
    chunk = np.ascontiguousarray(value).tobytes()
    header[name] = {'dtype': 'F32', 'shape': list(value.shape), 'data_offsets': [len(body), len(body) + len(chunk)]}
    body += chunk
text = json.dumps(header).encode()
text += b' ' * (-len(text) % 8)
TARGET.write_bytes(struct.pack('<Q', len(text)) + text + body)
print(f'{len(tensors)} tensors, {8 + len(text) + len(body)} bytes')
