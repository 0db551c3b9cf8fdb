#!/usr/bin/env python3
"""PyTorch's recurrent layers with outputs and all gradients, for packages/nn/test.

    pip install torch && python3 tools/reference/nn_recurrent.py

writes packages/nn/test/fixtures/recurrent.safetensors, in the format of nn_transformer.py.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from nn_transformer import Case, random, save


def flat(output):
    """Outputs as one tuple: an LSTM's last states come as a pair."""
    values, last = output
    return (values, *(last if isinstance(last, tuple) else (last,)))


def main():
    torch.manual_seed(11)
    tensors = {}
    for kind in (nn.RNN, nn.GRU, nn.LSTM):
        name = kind.__name__.lower()
        plain = Case(name, kind(3, 4))
        tensors |= plain.run(lambda module, x: flat(module(x)), {'x': random(5, 2, 3)})

        deep = Case(f'{name} deep', kind(3, 4, num_layers=2, bidirectional=True, batch_first=True))
        states = {'h': random(4, 2, 4)} | ({'c': random(4, 2, 4)} if kind is nn.LSTM else {})

        def run(module, x, **states):
            first = tuple(states.values())
            return flat(module(x, first if len(first) > 1 else first[0]))

        tensors |= deep.run(run, {'x': random(2, 5, 3), **states})

        packed = Case(f'{name} packed', kind(3, 4, bidirectional=True, bias=False))
        lengths = torch.tensor([2, 5, 1])

        def run_packed(module, x, lengths):
            output, last = module(pack_padded_sequence(x, lengths, enforce_sorted=False))
            return flat((pad_packed_sequence(output, total_length=5)[0], last))

        tensors |= packed.run(run_packed, {'x': random(5, 3, 3)}, {'lengths': lengths})
    save('recurrent', tensors)


main()
