#!/usr/bin/env python3
"""Losses and their gradients from PyTorch, for packages/train/test/objectives.

    pip install torch && python3 tools/reference/train_objectives.py

writes packages/train/test/objectives/objectives.json. fairseq's label smoothing is written out from
label_smoothed_nll_loss of its criterion; in-batch negatives from sentence-transformers' definition.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

FIXTURE = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'objectives' / 'objectives.json'


def fairseq(logits, targets, epsilon, ignore):
    log_probabilities = F.log_softmax(logits, -1)
    keep = targets != ignore
    nll = -log_probabilities.gather(-1, targets.clamp(min=0)[:, None])[:, 0][keep].sum()
    smooth = -log_probabilities.sum(-1)[keep].sum()
    per_class = epsilon / (logits.shape[-1] - 1)
    return (1 - epsilon - per_class) * nll + per_class * smooth


def ranking(a, b, c, scale=20.0, symmetric=False):
    scores = F.normalize(a) @ F.normalize(b if c is None else torch.cat([b, c])).T * scale
    labels = torch.arange(len(a))
    loss = F.cross_entropy(scores, labels)
    return (loss + F.cross_entropy(scores.T, labels)) / 2 if symmetric else loss


def main():
    torch.manual_seed(0)
    a, b, c = (torch.randn(4, 5, dtype=torch.float64, requires_grad=True) for _ in range(3))
    targets = torch.tensor([1, -100, 4, 0])
    cosine = lambda x, y: 1 - F.cosine_similarity(x, y)
    losses = {
        'fairseq': fairseq(a, targets, 0.1, -100),
        'fairseqHigh': fairseq(a, targets, 0.95, -100),
        'ranking': ranking(a, b, None),
        'rankingNegatives': ranking(a, b, c, scale=5.0),
        'rankingSymmetric': ranking(a, b, None, symmetric=True),
        'triplet': F.triplet_margin_loss(a, b, c),
        'tripletCosine': F.triplet_margin_with_distance_loss(a, b, c, distance_function=cosine, margin=0.5),
        'distillation': F.kl_div(F.log_softmax(a / 3, -1), F.softmax(b.detach() / 3, -1), reduction='batchmean') * 9,
        'l1': a.abs().sum(),
        'l2': a.square().sum(),
    }
    rows = {name: dict(loss=loss.item(), gradient=torch.autograd.grad(loss, a)[0].tolist())
            for name, loss in losses.items()}
    fixture = dict(a=a.tolist(), b=b.tolist(), c=c.tolist(), targets=targets.tolist(), losses=rows)
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(fixture) + '\n')


if __name__ == '__main__':
    main()
