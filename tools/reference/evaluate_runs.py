"""What PyTorch's sides of `npm run evaluate` share: the data, the training loop and the file of scores."""
import argparse
import gzip
import json
import os
import subprocess
import time
from pathlib import Path

import torch
import transformers

ROOT = Path(__file__).parents[2]


def read(name):
    """A compressed text of the folder LLM_DATA: UTF-8, or Latin-1 where it is not UTF-8, as some files of SNIPS are."""
    data = gzip.decompress((Path(os.environ['LLM_DATA']) / name).read_bytes())
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode('latin1')


def fit(model, examples, loss_of, optimizer, schedule, *, seed, batch, total, lengths=None, after_step=None):
    """transformers' Trainer, gradients clipped at a norm of 1, with the batches of ours."""
    done = 0
    model.train()
    for places in batches(len(examples), -(-total * batch // len(examples)), seed, batch, lengths):
        optimizer.zero_grad()
        loss = loss_of([examples[i] for i in places])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        done += 1
        if done % 20 == 0:
            print(f'step {done}/{total}  loss {loss.item():.3f}', flush=True)
        if after_step:
            after_step(done)
        if done == total:
            break
    return total


def batches(count, epochs, seed, batch, lengths):
    """Indices of each batch, epoch after epoch, of batches of about equal lengths where these are given."""
    asked = {'count': count, 'epochs': epochs, 'seed': seed, 'batchSize': batch}
    asked |= {} if lengths is None else {'lengths': lengths}
    command = ['npx', 'tsx', '--conditions=@llm/source', 'tools/reference/batch-orders.ts']
    answer = subprocess.run(command, cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return [places for epoch in json.loads(answer.stdout) for places in epoch]


def run(experiments):
    """Runs what the command line names and adds its scores to benchmarks/results/evaluate-NAME.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument('name', choices=list(experiments))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--steps', type=int, help='a shorter schedule, marked so in the file')
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    begin = time.perf_counter()
    steps, scores = experiments[options.name](options.seed, options.steps)
    made = {'seed': options.seed, 'steps': steps, 'shortened': options.steps is not None,
            'seconds': time.perf_counter() - begin, 'scores': scores,
            'version': f'torch {torch.__version__}, transformers {transformers.__version__}'}
    print(made)
    path = ROOT / f'benchmarks/results/evaluate-{options.name}.json'
    file = json.loads(path.read_text()) if path.exists() else {'experiment': options.name, 'ours': [], 'pytorch': []}
    same = lambda each: (each['seed'], each['shortened']) == (made['seed'], made['shortened'])
    others = [each for each in file['pytorch'] if not same(each)]
    file['pytorch'] = sorted(others + [made], key=lambda each: each['seed'])
    path.write_text(json.dumps(file, indent=2, ensure_ascii=False) + '\n')
