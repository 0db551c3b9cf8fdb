#!/usr/bin/env python3
"""Learning-rate factors of Hugging Face's schedules, for packages/train/test.

    pip install 'transformers==4.46.3' torch && python3 tools/reference/train_schedules.py

writes packages/train/test/fixtures/schedules.json: per schedule its name, its options, the number of steps and
warm-up steps, and the factor of each of the first 24 steps.
"""
import json
import warnings
from pathlib import Path

import torch
from transformers import optimization

FIXTURE = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'fixtures' / 'schedules.json'
STEPS = 24

CASES = [
    ('constant', optimization.get_constant_schedule, {}),
    ('constantWithWarmup', optimization.get_constant_schedule_with_warmup, {'num_warmup_steps': 5}),
    ('linear', optimization.get_linear_schedule_with_warmup, {'num_warmup_steps': 5, 'num_training_steps': 20}),
    ('linear', optimization.get_linear_schedule_with_warmup, {'num_warmup_steps': 0, 'num_training_steps': 10}),
    ('cosine', optimization.get_cosine_schedule_with_warmup, {'num_warmup_steps': 4, 'num_training_steps': 20}),
    ('cosine', optimization.get_cosine_schedule_with_warmup,
     {'num_warmup_steps': 4, 'num_training_steps': 20, 'num_cycles': 1.5}),
    ('cosineWithRestarts', optimization.get_cosine_with_hard_restarts_schedule_with_warmup,
     {'num_warmup_steps': 3, 'num_training_steps': 21, 'num_cycles': 3}),
    ('cosineWithMinLr', optimization.get_cosine_with_min_lr_schedule_with_warmup,
     {'num_warmup_steps': 4, 'num_training_steps': 20, 'min_lr_rate': 0.1}),
    ('polynomial', optimization.get_polynomial_decay_schedule_with_warmup,
     {'num_warmup_steps': 2, 'num_training_steps': 20, 'lr_end': 1e-4, 'power': 2.0}),
    ('inverseSqrt', optimization.get_inverse_sqrt_schedule, {'num_warmup_steps': 6}),
    ('inverseSqrt', optimization.get_inverse_sqrt_schedule, {'num_warmup_steps': 0}),
    ('inverseSqrt', optimization.get_inverse_sqrt_schedule, {'num_warmup_steps': 4, 'timescale': 9}),
    ('warmupStableDecay', optimization.get_wsd_schedule,
     {'num_warmup_steps': 3, 'num_stable_steps': 7, 'num_decay_steps': 10, 'min_lr_ratio': 0.1}),
]
LEARNING_RATE = 0.5


def main():
    warnings.simplefilter('ignore')
    rows = []
    for name, make, options in CASES:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LEARNING_RATE)
        scheduler = make(optimizer, **options)
        factors = []
        for _ in range(STEPS):
            factors.append(scheduler.get_last_lr()[0] / LEARNING_RATE)
            optimizer.step()
            scheduler.step()
        rows.append({'name': name, 'options': options, 'learningRate': LEARNING_RATE, 'factors': factors})
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(rows, indent=1) + '\n')


if __name__ == '__main__':
    main()
