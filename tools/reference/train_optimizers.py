#!/usr/bin/env python3
"""Twenty steps of PyTorch's optimizers on given gradients, for packages/train/test.

    python3 tools/reference/train_optimizers.py

writes packages/train/test/fixtures/optimizers.json: per case the optimizer, its options, two parameters, the
gradients of each step and the parameters after each step, computed in f64; and gradients before and after
clipping with their norm. With SGD, the second parameter has no gradient in step 3.
"""
import json
from pathlib import Path

import torch

FIXTURE = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'fixtures' / 'optimizers.json'
STEPS = 20

CASES = [
    ('SGD', {'lr': 0.1}),
    ('SGD', {'lr': 0.1, 'momentum': 0.9}),
    ('SGD', {'lr': 0.05, 'momentum': 0.9, 'nesterov': True, 'weight_decay': 0.1}),
    ('SGD', {'lr': 0.05, 'momentum': 0.8, 'dampening': 0.3}),
    ('Adam', {'lr': 0.01}),
    ('Adam', {'lr': 0.02, 'betas': [0.8, 0.95], 'eps': 1e-3, 'weight_decay': 0.1}),
    ('AdamW', {'lr': 0.01}),
    ('AdamW', {'lr': 0.02, 'betas': [0.9, 0.98], 'eps': 1e-9, 'weight_decay': 0.3}),
]


def draw(*shape):
    return torch.randn(*shape).double()


def run(name, options):
    parameters = [torch.nn.Parameter(draw(2, 3)), torch.nn.Parameter(draw(4))]
    start = [p.tolist() for p in parameters]
    gradients = [[draw(2, 3), draw(4) if step != 3 or name != 'SGD' else None] for step in range(STEPS)]
    optimizer = getattr(torch.optim, name)(parameters, **options)
    after = []
    for step in gradients:
        for parameter, gradient in zip(parameters, step):
            parameter.grad = gradient
        optimizer.step()
        after.append([p.tolist() for p in parameters])
    return {'optimizer': name, 'options': options, 'start': start, 'after': after,
            'gradients': [[g if g is None else g.tolist() for g in step] for step in gradients]}


def clip(max_norm):
    parameters = [torch.nn.Parameter(draw(2, 3)), torch.nn.Parameter(draw(4))]
    for parameter in parameters:
        parameter.grad = draw(*parameter.shape)
    before = [p.grad.tolist() for p in parameters]
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
    return {'maxNorm': max_norm, 'norm': norm, 'before': before, 'after': [p.grad.tolist() for p in parameters]}


if __name__ == '__main__':
    torch.manual_seed(0)
    rounded = lambda text: json.loads(text, parse_float=lambda number: float(f'{float(number):.9g}'))
    fixture = {'runs': [run(*case) for case in CASES], 'clips': [clip(0.5), clip(100.0)]}
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(rounded(json.dumps(fixture))) + '\n')
