#!/usr/bin/env python3
"""Learning-rate factors of Hugging Face's schedules, for packages/train/test.

    pip install 'transformers==4.56.2' torch && python3 tools/reference/train_schedules.py

writes packages/train/test/fixtures/schedules.json: per schedule its name, its options, the number of steps and
warm-up steps, and the factor of each of the first 24 steps; and plateaus.json, rates of ReduceLROnPlateau.
"""
import json
import warnings
from pathlib import Path

import torch
from transformers import optimization

FIXTURE = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'fixtures' / 'schedules.json'
STEPS = 24


def one_cycle(optimizer, **options):
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, cycle_momentum=False, **options)


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
    ('warmupStableDecay', optimization.get_wsd_schedule,
     {'num_warmup_steps': 4, 'num_stable_steps': 5, 'num_decay_steps': 10, 'warmup_type': 'cosine',
      'decay_type': 'linear'}),
    ('warmupStableDecay', optimization.get_wsd_schedule,
     {'num_warmup_steps': 4, 'num_stable_steps': 5, 'num_decay_steps': 10, 'warmup_type': '1-sqrt',
      'decay_type': '1-sqrt', 'min_lr_ratio': 0.2}),
    ('warmupStableDecay', optimization.get_wsd_schedule,
     {'num_warmup_steps': 0, 'num_stable_steps': 5, 'num_decay_steps': 15, 'num_cycles': 1.5}),
    ('cosineWarmupWithMinLr', optimization.get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
     {'num_warmup_steps': 4, 'num_training_steps': 20, 'min_lr_rate': 0.1}),
    ('cosineWarmupWithMinLr', optimization.get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
     {'num_warmup_steps': 5, 'num_training_steps': 20, 'min_lr_rate': 0.2, 'warmup_lr_rate': 0.3}),
    ('oneCycle', one_cycle, {'total_steps': 24}),
    ('oneCycle', one_cycle, {'total_steps': 26, 'pct_start': 0.25, 'anneal_strategy': 'linear', 'div_factor': 10,
                             'final_div_factor': 100}),
    ('oneCycle', one_cycle, {'total_steps': 30, 'three_phase': True}),
]
PLATEAUS = [
    {},
    {'patience': 1, 'factor': 0.5, 'cooldown': 2, 'min_lr': 0.01},
    {'mode': 'max', 'patience': 0, 'threshold': 0.05, 'threshold_mode': 'abs', 'eps': 0.02},
]
LEARNING_RATE = 0.5


def plateau(options):
    """Rates of ReduceLROnPlateau after each of some metrics."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LEARNING_RATE)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    metrics = [1, 0.9, 0.95, 0.89999, 0.9, 0.91, 0.92, 0.5, 0.6, 0.6, 0.6, 0.6, 0.7, 0.6, 0.61, 0.62, 0.6, 0.6, 0.6, 0.6,
               0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.2, 0.3, 0.3, 0.3]
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]['lr'])
    return {'options': options, 'learningRate': LEARNING_RATE, 'metrics': metrics, 'rates': rates}


def main():
    warnings.simplefilter('ignore')
    rows = []
    for name, make, options in CASES:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LEARNING_RATE)
        scheduler = make(optimizer, **options)
        factors = []
        for step in range(STEPS):
            factors.append(scheduler.get_last_lr()[0] / LEARNING_RATE)
            optimizer.step()
            if step + 1 < STEPS:
                scheduler.step()
        rows.append({'name': name, 'options': options, 'learningRate': LEARNING_RATE, 'factors': factors})
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(rows, indent=1) + '\n')
    plateaus = [plateau(options) for options in PLATEAUS]
    FIXTURE.with_name('plateaus.json').write_text(json.dumps(plateaus) + '\n')


if __name__ == '__main__':
    main()
