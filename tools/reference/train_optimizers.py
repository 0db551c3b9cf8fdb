#!/usr/bin/env python3
"""Twenty steps of PyTorch's optimizers on given gradients, for packages/train/test.

    python3 tools/reference/train_optimizers.py

writes packages/train/test/fixtures/optimizers.json: per case the optimizer, its options, two parameters, the
gradients of each step and the parameters after each step, computed in f64; and gradients before and after
clipping with their norm; and the running average of PyTorch's AveragedModel. With SGD, the second parameter has no
gradient in step 3. Adafactor is that of transformers; Lion is written out below from Algorithm 2 of its paper.

    pip install torch 'transformers==4.56.2'
"""
import json
from pathlib import Path

import torch
from transformers.optimization import Adafactor

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
    ('RMSprop', {'lr': 0.01}),
    ('RMSprop', {'lr': 0.02, 'alpha': 0.9, 'eps': 1e-4, 'momentum': 0.8, 'weight_decay': 0.1}),
    ('RMSprop', {'lr': 0.01, 'alpha': 0.8, 'eps': 1e-2, 'centered': True}),
    ('Adagrad', {'lr': 0.05}),
    ('Adagrad', {'lr': 0.1, 'lr_decay': 0.1, 'initial_accumulator_value': 0.5, 'eps': 1e-6, 'weight_decay': 0.1}),
    ('Lion', {'lr': 0.01}),
    ('Lion', {'lr': 0.02, 'betas': [0.8, 0.95], 'weight_decay': 0.3}),
    ('Adafactor', {}),
    ('Adafactor', {'warmup_init': True, 'weight_decay': 0.1, 'clip_threshold': 0.7}),
    ('Adafactor', {'lr': 0.01, 'relative_step': False, 'scale_parameter': False, 'beta1': 0.9, 'decay_rate': -0.5}),
]


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al., 2023."""

    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr = group['betas'], group['lr']
            for p in group['params']:
                m = self.state[p].setdefault('m', torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p.sub_(lr * (c.sign() + group['weight_decay'] * p))
                m.copy_(beta2 * m + (1 - beta2) * p.grad)


OWN = {'Adafactor': Adafactor, 'Lion': Lion}


def draw(*shape):
    return torch.randn(*shape).double()


def run(name, options):
    parameters = [torch.nn.Parameter(draw(2, 3)), torch.nn.Parameter(draw(4))]
    start = [p.tolist() for p in parameters]
    gradients = [[draw(2, 3), draw(4) if step != 3 or name != 'SGD' else None] for step in range(STEPS)]
    optimizer = (OWN.get(name) or getattr(torch.optim, name))(parameters, **options)
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


def average(decay):
    model = torch.nn.Linear(3, 1, bias=False).double()
    averaged = torch.optim.swa_utils.AveragedModel(model, avg_fn=torch.optim.swa_utils.get_ema_avg_fn(decay))
    values, averages = [], []
    for _ in range(6):
        with torch.no_grad():
            model.weight.copy_(draw(1, 3))
        averaged.update_parameters(model)
        values.append(model.weight[0].tolist())
        averages.append(averaged.module.weight[0].tolist())
    return {'decay': decay, 'values': values, 'averages': averages}


if __name__ == '__main__':
    torch.manual_seed(0)
    rounded = lambda text: json.loads(text, parse_float=lambda number: float(f'{float(number):.9g}'))
    fixture = {'runs': [run(*case) for case in CASES], 'clips': [clip(0.5), clip(100.0)], 'averages': [average(0.9), average(0.999)]}
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(rounded(json.dumps(fixture))) + '\n')
