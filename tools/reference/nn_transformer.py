#!/usr/bin/env python3
"""Layers of PyTorch with inputs, masks, outputs and all gradients, for packages/nn/test.

    python3 tools/reference/nn_transformer.py

writes packages/nn/test/fixtures/{layers,attention,transformer}.safetensors. Needs torch (1.13 or newer) only.
Parameters and inputs are f32 numbers; everything is computed in f64 and stored as f32. In a file, tensors are
named `case/kind/name`, where kind is parameter, input, output, upstream, gradient or inputGradient; the loss is
the sum of output * upstream.
"""
import json
import struct
from pathlib import Path

import torch
from torch import nn

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures'


def random(*shape):
    """Normal numbers that f32 holds exactly, as f64."""
    return torch.randn(*shape).double()


class Case:
    def __init__(self, name, module):
        self.name, self.module, self.tensors = name, module.double().eval(), {}
        for parameter in module.parameters():
            # Norm weights of 1 and biases of 0 would hide mistakes.
            parameter.data = (parameter.data + 0.3 * random(*parameter.shape)).float().double()

    def put(self, kind, name, tensor):
        self.tensors[f'{self.name}/{kind}/{name}'] = tensor.detach()

    def run(self, call, inputs, masks=()):
        """Calls the module on inputs that gradients are taken for, and on masks, which are stored as inputs."""
        for name, value in inputs.items():
            if value.is_floating_point():
                value.requires_grad_(True)
        output = call(self.module, **inputs, **dict(masks))
        outputs = output if isinstance(output, tuple) else (output,)
        upstream = random(*outputs[0].shape)
        (outputs[0] * upstream).sum().backward()
        self.put('upstream', 'output', upstream)
        for name, value in {**inputs, **dict(masks)}.items():
            self.put('input', name, value)
            if value.grad is not None:
                self.put('inputGradient', name, value.grad)
        for i, value in enumerate(outputs):
            if value is not None:
                self.put('output', str(i), value)
        for name, parameter in self.module.named_parameters():
            self.put('parameter', name, parameter)
            self.put('gradient', name, parameter.grad)
        return self.tensors


def save(name, tensors):
    kinds = {torch.bool: ('BOOL', '?'), torch.int64: ('I32', 'i'), torch.float64: ('F32', 'f')}
    header, data = {}, b''
    for key, tensor in tensors.items():
        dtype, code = kinds[tensor.dtype]
        values = tensor.reshape(-1).tolist()
        chunk = struct.pack(f'<{len(values)}{code}', *values)
        header[key] = {'dtype': dtype, 'shape': list(tensor.shape),
                       'data_offsets': [len(data), len(data) + len(chunk)]}
        data += chunk
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    (FIXTURES / f'{name}.safetensors').write_bytes(struct.pack('<Q', len(text)) + text + data)
    print(f'{name}: {len(tensors)} tensors, {8 + len(text) + len(data)} bytes')


def forward(module, x):
    return module(x)


def padding(*lengths, to):
    return torch.tensor([[position >= length for position in range(to)] for length in lengths])


def causal(size):
    return torch.ones(size, size).triu(1).bool()


def layers():
    tensors = {}
    for case, module, x in [
        ('linear', nn.Linear(4, 5), random(2, 3, 4)),
        ('linear without bias', nn.Linear(4, 5, bias=False), random(3, 4)),
        ('layer norm', nn.LayerNorm(6), random(2, 3, 6)),
        ('layer norm over two axes', nn.LayerNorm([3, 4], eps=0.1), random(2, 3, 4)),
        ('embedding', nn.Embedding(7, 3), torch.tensor([[0, 2, 2], [6, 5, 0]])),
        ('embedding with padding', nn.Embedding(7, 3, padding_idx=2), torch.tensor([[0, 2, 2], [6, 5, 0]])),
    ]:
        tensors |= Case(case, module).run(forward, {'x': x})
    save('layers', tensors)


def attention():
    queries, keys, batch, width, heads = 3, 5, 2, 8, 2
    float_mask = random(queries, keys)
    per_head = torch.rand(batch * heads, queries, keys) < 0.4
    per_head[:, :, 0] = False
    tensors = {}

    def cross(name, module, masks, call=lambda m, **inputs: m(**inputs)):
        first = getattr(module, 'batch_first', False)
        shape = lambda length, size: (batch, length, size) if first else (length, batch, size)
        inputs = {'query': random(*shape(queries, width)), 'key': random(*shape(keys, module.kdim)),
                  'value': random(*shape(keys, module.vdim))}
        tensors.update(Case(name, module).run(call, inputs, masks))

    mha = lambda **options: nn.MultiheadAttention(width, heads, **options)
    cross('no mask', mha(), {})
    cross('padding', mha(), {'key_padding_mask': padding(5, 2, to=keys)})
    cross('boolean mask', mha(batch_first=True), {'attn_mask': causal(5)[:queries]})
    cross('float mask', mha(), {'attn_mask': float_mask})
    cross('mask per head and padding', mha(batch_first=True),
          {'attn_mask': per_head, 'key_padding_mask': padding(5, 4, to=keys)})
    cross('weights per head', mha(), {'key_padding_mask': padding(3, 5, to=keys)},
          lambda m, **inputs: m(**inputs, average_attn_weights=False))
    cross('other widths', mha(kdim=4, vdim=6), {})
    cross('no bias', mha(bias=False), {})
    tensors.update(Case('self', mha(batch_first=True)).run(
        lambda m, x, **masks: m(x, x, x, **masks), {'x': random(batch, keys, width)},
        {'attn_mask': causal(keys), 'key_padding_mask': padding(5, 3, to=keys)}))
    tensors.update(Case('unbatched', mha()).run(
        lambda m, **inputs: m(**inputs),
        {'query': random(queries, width), 'key': random(keys, width), 'value': random(keys, width)}))
    save('attention', tensors)


def transformer():
    sources, targets, batch, width, heads = 5, 4, 2, 8, 2
    options = {'dim_feedforward': 12, 'dropout': 0.1}
    source_padding, target_padding = padding(5, 3, to=sources), padding(4, 3, to=targets)
    tensors = {}
    for norm_first in (False, True):
        place = 'pre' if norm_first else 'post'
        tensors |= Case(f'{place} encoder layer', nn.TransformerEncoderLayer(
            width, heads, norm_first=norm_first, activation='gelu', layer_norm_eps=1e-3, **options)).run(
            lambda m, **inputs: m(**inputs), {'src': random(sources, batch, width)},
            {'src_mask': causal(sources), 'src_key_padding_mask': source_padding})
        tensors |= Case(f'{place} decoder layer', nn.TransformerDecoderLayer(
            width, heads, norm_first=norm_first, batch_first=True, **options)).run(
            lambda m, **inputs: m(**inputs),
            {'tgt': random(batch, targets, width), 'memory': random(batch, sources, width)},
            {'tgt_mask': causal(targets), 'tgt_key_padding_mask': target_padding,
             'memory_key_padding_mask': source_padding})
        tensors |= Case(f'{place} transformer', nn.Transformer(
            width, heads, num_encoder_layers=2, num_decoder_layers=2, norm_first=norm_first, **options)).run(
            lambda m, **inputs: m(**inputs),
            {'src': random(sources, batch, width), 'tgt': random(targets, batch, width)},
            {'tgt_mask': causal(targets), 'src_key_padding_mask': source_padding,
             'tgt_key_padding_mask': target_padding, 'memory_key_padding_mask': source_padding})
    save('transformer', tensors)


if __name__ == '__main__':
    torch.manual_seed(0)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    layers()
    attention()
    transformer()
