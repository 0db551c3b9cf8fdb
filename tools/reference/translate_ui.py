"""The main job in PyTorch: a small encoder-decoder Transformer on user-interface strings.

Trains on the very split that `npm start` uses, to find a recipe and to have a curve to compare with.

    python3 -m venv venv && venv/bin/pip install torch tokenizers sacrebleu
    npx tsx tools/reference/export-corpus.ts corpus.json
    venv/bin/python tools/reference/translate_ui.py corpus.json --epochs 20

Prints one line per evaluation: step, epoch, processor seconds / 2, losses, BLEU on all held-out
pairs and on the novel ones. `seconds` counts training only and is processor time over the number of
threads, so that other load on the machine changes it little.
"""

import argparse
import json
import math
import random
import time

import sacrebleu
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

PAD, START, END = 0, 1, 2


def train_tokenizer(lines, vocabulary):
    """Byte-level BPE shared by both languages; a word starts the same anywhere in a line."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        lines,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=["<pad>", "<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


def sinusoids(length, width):
    position = torch.arange(length)[:, None]
    frequency = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        for layer in (self.q, self.k, self.v):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.xavier_uniform_(self.o.weight)
        nn.init.zeros_(self.o.bias)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def keys_values(self, x):
        return self.split(self.k(x)), self.split(self.v(x))

    def forward(self, x, keys, values, mask=None, causal=False):
        y = F.scaled_dot_product_attention(self.split(self.q(x)), keys, values, mask, is_causal=causal)
        return self.o(y.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        for layer in (self.up, self.down):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.down(F.relu(self.up(x)))


class EncoderLayer(nn.Module):
    def __init__(self, width, heads, inner, dropout):
        super().__init__()
        self.attention, self.feed = Attention(width, heads), FeedForward(width, inner)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        y = self.norm1(x)
        x = x + self.dropout(self.attention(y, *self.attention.keys_values(y), mask))
        return x + self.dropout(self.feed(self.norm2(x)))


class DecoderLayer(nn.Module):
    def __init__(self, width, heads, inner, dropout):
        super().__init__()
        self.attention, self.cross = Attention(width, heads), Attention(width, heads)
        self.feed = FeedForward(width, inner)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, mask, cache=None):
        y = self.norm1(x)
        keys, values = self.attention.keys_values(y)
        if cache is not None:
            if "keys" in cache:
                keys = torch.cat([cache["keys"], keys], 2)
                values = torch.cat([cache["values"], values], 2)
            cache["keys"], cache["values"] = keys, values
        x = x + self.dropout(self.attention(y, keys, values, causal=cache is None))
        crossed = cache.get("cross") if cache is not None else None
        if crossed is None:
            crossed = self.cross.keys_values(memory)
            if cache is not None:
                cache["cross"] = crossed
        x = x + self.dropout(self.cross(self.norm2(x), *crossed, mask))
        return x + self.dropout(self.feed(self.norm3(x)))


class Translator(nn.Module):
    """Pre-norm encoder-decoder; one embedding for source, target and output."""

    def __init__(self, vocabulary, a):
        super().__init__()
        self.width = a.width
        self.embedding = nn.Embedding(vocabulary, a.width)
        nn.init.normal_(self.embedding.weight, std=a.width**-0.5)
        self.register_buffer("positions", sinusoids(256, a.width), persistent=False)
        shape = (a.width, a.heads, a.inner, a.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(*shape) for _ in range(a.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(*shape) for _ in range(a.decoder_layers))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(a.width), nn.LayerNorm(a.width)
        self.dropout = nn.Dropout(a.dropout)

    def embed(self, ids, offset=0):
        x = self.embedding(ids) * self.width**0.5
        return self.dropout(x + self.positions[offset : offset + ids.shape[1]])

    def encode(self, source):
        mask = (source != PAD)[:, None, None, :]
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, mask)
        return self.encoder_norm(x), mask

    def decode(self, ids, memory, mask, caches=None, offset=0):
        x = self.embed(ids, offset)
        for i, layer in enumerate(self.decoder):
            x = layer(x, memory, mask, None if caches is None else caches[i])
        return self.decoder_norm(x)

    def forward(self, source, target_in):
        memory, mask = self.encode(source)
        return self.decode(target_in, memory, mask)


@torch.no_grad()
def greedy(model, sources, limit):
    model.eval()
    memory, mask = model.encode(sources)
    caches = [{} for _ in model.decoder]
    ids = torch.full((len(sources), 1), START)
    done = torch.zeros(len(sources), dtype=torch.bool)
    out = []
    for step in range(limit):
        hidden = model.decode(ids, memory, mask, caches, step)[:, -1]
        ids = (hidden @ model.embedding.weight.T).argmax(-1, keepdim=True)
        ids[done] = PAD
        done |= ids[:, 0] == END
        out.append(ids[:, 0])
        if done.all():
            break
    model.train()
    return torch.stack(out, 1).tolist()


def pad(rows, length):
    return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])


def make_batches(pairs, buckets, budget, rng):
    """Batches of fixed shapes: each pair in the smallest bucket that holds both its sides."""
    groups = {length: [] for length in buckets}
    for source, target in pairs:
        longest = max(len(source), len(target) + 1)
        length = next((b for b in buckets if b >= longest), None)
        if length:
            groups[length].append((source, target))
    batches = []
    for length, group in groups.items():
        rows = max(1, budget // length)
        rng.shuffle(group)
        for start in range(0, len(group), rows):
            batch = group[start : start + rows]
            if len(batch) < rows:  # the last batch is filled up from the same bucket
                batch = batch + rng.choices(group, k=rows - len(batch))
            batches.append((length, batch))
    rng.shuffle(batches)
    return batches


def schedule(step, total, warmup, kind):
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, total - warmup)
    if kind == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done)) * 0.98 + 0.02
    if kind == "linear":
        return 1 - done
    return (warmup / (step + 1)) ** 0.5


def zeropower(g, steps=5):
    """Newton-Schulz iteration of Muon: the nearest semi-orthogonal matrix, roughly."""
    x = g / (g.norm() + 1e-7)
    transposed = x.shape[0] > x.shape[1]
    if transposed:
        x = x.T
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if transposed else x


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                update = zeropower(p.grad.lerp(m, group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"] * max(1, p.shape[0] / p.shape[1]) ** 0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--name", default="")
    parser.add_argument("--vocabulary", type=int, default=3000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--inner", type=int, default=512)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--encoder-layers", type=int, default=2)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--muon", type=float, default=0.0, help="learning rate of Muon for the matrices")
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--schedule", default="cosine")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--budget", type=int, default=1536, help="target tokens in a batch, padding included")
    parser.add_argument("--buckets", default="8,12,16,24,32,48")
    parser.add_argument("--average", type=float, default=0.0, help="decay of the averaged weights; 0: none")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate-every", type=int, default=4, help="epochs")
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    rng = random.Random(a.seed)

    corpus = json.load(open(a.corpus))
    training, held_out = corpus["training"], corpus["heldOut"]
    tokenizer = train_tokenizer([side for pair in training for side in pair[:2]], a.vocabulary)
    encode = lambda text: tokenizer.encode(text).ids
    pairs = [(encode(p[0]) + [END], encode(p[1])) for p in training]
    buckets = [int(b) for b in a.buckets.split(",")]
    model = Translator(tokenizer.get_vocab_size(), a)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embedding" not in n]
    rest = [p for p in model.parameters() if all(p is not m for m in matrices)]
    if a.muon:
        optimizers = [
            Muon(matrices, a.muon, weight_decay=a.weight_decay),
            torch.optim.Adam(rest, a.lr, betas=(0.9, 0.98), eps=1e-9),
        ]
    else:
        groups = [dict(params=matrices, weight_decay=a.weight_decay), dict(params=rest, weight_decay=0.0)]
        optimizers = [torch.optim.AdamW(groups, a.lr, betas=(0.9, 0.98), eps=1e-9)]
    bases = [[g["lr"] for g in o.param_groups] for o in optimizers]
    total = a.epochs * len(make_batches(pairs, buckets, a.budget, random.Random(0)))
    sizes = sum(p.numel() for p in model.parameters())
    shown = make_batches(pairs, buckets, a.budget, random.Random(0))
    tokens = sum(len(t) + 1 for _, b in shown for _, t in b)
    padded = sum(length * len(b) for length, b in shown)
    print(f"{a.name} {vars(a)}")
    print(
        f"{sizes:,} parameters, {len(pairs)} pairs, {total} steps, {len(shown)} a pass, target tokens a pass"
        f" {tokens} (padded {padded}), source {sum(len(s) for _, b in shown for s, _ in b)}",
        flush=True,
    )
    held = [encode(p[0]) + [END] for p in held_out]
    sources = pad(held, max(map(len, held)))
    average = {n: p.detach().clone() for n, p in model.named_parameters()} if a.average else None

    def evaluate():
        rows = []
        for start in range(0, len(sources), 128):
            part = sources[start : start + 128]
            rows += greedy(model, part[:, : int((part != PAD).sum(1).max())], 64)
        texts = [tokenizer.decode([i for i in row if i > END]).strip() for row in rows]
        scores = []
        for keep in (lambda p: True, lambda p: p[2]):
            chosen = [(t, p[1]) for t, p in zip(texts, held_out) if keep(p)]
            scores.append(sacrebleu.corpus_bleu([t for t, _ in chosen], [[r for _, r in chosen]]).score)
        return scores, texts

    step, seconds, running = 0, 0.0, 0.0
    for epoch in range(1, a.epochs + 1):
        started = time.process_time()
        batches = make_batches(pairs, buckets, a.budget, rng)
        for length, batch in batches:
            if step >= total:
                break
            source = pad([s for s, _ in batch], length)
            target_in = pad([[START] + t for _, t in batch], length)
            target_out = pad([t + [END] for _, t in batch], length)
            hidden = model(source, target_in)
            keep = target_out != PAD
            logits = hidden[keep] @ model.embedding.weight.T
            loss = F.cross_entropy(logits, target_out[keep], label_smoothing=a.label_smoothing)
            for o in optimizers:
                o.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            factor = schedule(step, total, a.warmup, a.schedule)
            for o, rates in zip(optimizers, bases):
                for group, rate in zip(o.param_groups, rates):
                    group["lr"] = rate * factor
                o.step()
            if average:
                decay = min(a.average, (step + 1) / (step + 10))
                with torch.no_grad():
                    for n, p in model.named_parameters():
                        average[n].lerp_(p, 1 - decay)
            running += (loss.item() - running) * 0.02 if step else loss.item()
            step += 1
        seconds += (time.process_time() - started) / a.threads
        if epoch % a.evaluate_every == 0 or epoch == a.epochs:
            scores, texts = evaluate()
            line = f"{a.name} step {step} epoch {epoch} seconds {seconds:.0f} loss {running:.3f} BLEU {scores[0]:.2f} novel {scores[1]:.2f}"
            if average:
                saved = {n: p.detach().clone() for n, p in model.named_parameters()}
                model.load_state_dict(average, strict=False)
                scores, texts = evaluate()
                model.load_state_dict(saved, strict=False)
                line += f" averaged {scores[0]:.2f} novel {scores[1]:.2f}"
            print(line, flush=True)
    for pair, text in list(zip(held_out, texts))[:10]:
        print(f"  {pair[0]}\n    {text}\n    {pair[1]}")


main()
