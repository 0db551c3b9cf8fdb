#!/usr/bin/env python3
"""Fine-tuning of a classifier in PyTorch for `npm run bench -- train`: JSON lines in, JSON lines out.

    {"command": "open", "folder": ..., "threads": 2}      -> {"version": ..., "threads": ...}
    {"command": "run", "ids": [[...]], "labels": [...]}   -> {"milliseconds": ..., "loss": ...}
"""
import json
import sys
import time

import torch
from transformers import AutoModelForSequenceClassification

model = optimizer = None


def answer(request):
    global model, optimizer
    if request['command'] == 'open':
        torch.set_num_threads(request['threads'])
        model = AutoModelForSequenceClassification.from_pretrained(request['folder']).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
        return {'version': torch.__version__, 'threads': torch.get_num_threads()}
    ids, labels = torch.tensor(request['ids']), torch.tensor(request['labels'])
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    value = loss.item()
    return {'milliseconds': (time.perf_counter() - start) * 1000, 'loss': value}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # the other side shows it
        reply = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(reply), flush=True)
