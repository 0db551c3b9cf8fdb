#!/usr/bin/env python3
"""all-MiniLM-L6-v2 in PyTorch for `npm run bench -- nn`: JSON lines in, JSON lines out.

    {"command": "open", "folder": ..., "threads": 2}  -> {"version": ..., "threads": ...}
    {"command": "run", "ids": [[...]]}                -> {"milliseconds": ..., "states": path of f32 numbers}
"""
import json
import sys
import tempfile
import time
from pathlib import Path

import torch
from transformers import AutoModel

model = None
target = Path(tempfile.mkdtemp(prefix='llm-benchmark-')) / 'states.bin'


def answer(request):
    global model
    if request['command'] == 'open':
        torch.set_num_threads(request['threads'])
        model = AutoModel.from_pretrained(request['folder']).eval()
        return {'version': torch.__version__, 'threads': torch.get_num_threads()}
    ids = torch.tensor(request['ids'])
    mask = torch.ones_like(ids)
    start = time.perf_counter()
    with torch.inference_mode():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
    milliseconds = (time.perf_counter() - start) * 1000
    states.numpy().tofile(target)
    return {'milliseconds': milliseconds, 'states': str(target)}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # the other side shows it
        reply = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(reply), flush=True)
target.unlink(missing_ok=True)
target.parent.rmdir()
