#!/usr/bin/env python3
"""PyTorch's convolutions with outputs and all gradients, for packages/nn/test.

    pip install torch && python3 tools/reference/nn_convolution.py

writes packages/nn/test/fixtures/convolution.safetensors, in the format of nn_transformer.py.
"""
import torch
from torch import nn

from nn_transformer import Case, random, save

LAYERS = {
    'conv1d': (nn.Conv1d(3, 4, 3), (2, 3, 7)),
    'conv1d strided': (nn.Conv1d(3, 4, 3, stride=2, padding=1), (2, 3, 8)),
    'conv1d dilated, same': (nn.Conv1d(2, 3, 4, padding='same', dilation=2), (2, 2, 9)),
    'conv1d depthwise, no bias': (nn.Conv1d(4, 4, 3, padding=2, groups=4, bias=False), (2, 4, 5)),
    'conv1d without batch': (nn.Conv1d(3, 2, 1), (3, 6)),
    'conv2d': (nn.Conv2d(3, 4, 3), (2, 3, 5, 6)),
    'conv2d of all options': (
        nn.Conv2d(4, 6, (3, 2), stride=(2, 3), padding=(2, 1), dilation=(1, 2), groups=2), (2, 4, 6, 8)),
    'conv2d patches': (nn.Conv2d(3, 5, 4, stride=4), (1, 3, 8, 12)),
}

torch.manual_seed(12)
tensors = {}
for name, (layer, shape) in LAYERS.items():
    tensors |= Case(name, layer).run(lambda module, x: module(x), {'x': random(*shape)})
save('convolution', tensors)
