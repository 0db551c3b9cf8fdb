"""Losses of 50 training steps of tiny models, by transformers and torch.optim.AdamW, for packages/train/test/trainer.

Writes a folder for each task: the initial model as from_pretrained loads it, and curve.json with the examples and the
loss of each step. Needs torch and transformers 4.56.
"""

import json
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    T5Config,
    T5ForConditionalGeneration,
    get_linear_schedule_with_warmup,
)

STEPS, BATCH, RATE, WARMUP, DECAY = 50, 4, 1e-2, 5, 0.01
TARGET = Path(__file__).parents[2] / "packages/train/test/trainer/curves"
generator = torch.Generator().manual_seed(7)


def ids(low, high):
    length = int(torch.randint(low, high, (1,), generator=generator))
    start = int(torch.randint(3, 60, (1,), generator=generator))
    stride = int(torch.randint(1, 4, (1,), generator=generator))
    return [3 + (start + i * stride) % 57 for i in range(length)]


def causal_lm():
    config = GPT2Config(vocab_size=64, n_positions=32, n_embd=16, n_layer=2, n_head=2,
                        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=1, eos_token_id=2)
    examples = [{"input_ids": row, "labels": row} for row in (ids(6, 17) for _ in range(STEPS * BATCH))]
    return GPT2LMHeadModel(config), examples


def bert_config(**extra):
    return BertConfig(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                      intermediate_size=32, max_position_embeddings=32, hidden_dropout_prob=0,
                      attention_probs_dropout_prob=0, **extra)


def classification():
    examples = []
    for _ in range(STEPS * BATCH):
        row = ids(6, 17)
        examples.append({"input_ids": row, "label": (row[0] + len(row)) % 3})
    return BertForSequenceClassification(bert_config(num_labels=3)), examples


def masked_lm():
    examples = []
    for _ in range(STEPS * BATCH):
        row = ids(8, 17)
        labels = [token if index % 4 == 1 else -100 for index, token in enumerate(row)]
        hidden = [2 if label >= 0 else token for token, label in zip(row, labels)]
        examples.append({"input_ids": hidden, "labels": labels})
    return BertForMaskedLM(bert_config()), examples


def seq2seq():
    config = T5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, dropout_rate=0,
                      pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)
    examples = [{"input_ids": row, "labels": [*row[::-1][:10], 1]} for row in (ids(6, 17) for _ in range(STEPS * BATCH))]
    return T5ForConditionalGeneration(config), examples


def pad(rows, value):
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def collate(examples):
    rows = [example["input_ids"] for example in examples]
    batch = {"input_ids": pad(rows, 0), "attention_mask": pad([[1] * len(row) for row in rows], 0)}
    if "label" in examples[0]:
        return {**batch, "labels": torch.tensor([example["label"] for example in examples])}
    return {**batch, "labels": pad([example["labels"] for example in examples], -100)}


for name, make in [("causal-lm", causal_lm), ("classification", classification),
                   ("masked-lm", masked_lm), ("seq2seq", seq2seq)]:
    torch.manual_seed(0)
    model, examples = make()
    folder = TARGET / name
    model.save_pretrained(folder)
    model.train()
    decayed, others = [], []
    for key, parameter in model.named_parameters():
        is_kept = key.endswith("bias") or "norm" in key.lower() or ".ln_" in key
        (others if is_kept else decayed).append(parameter)
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY},
                                   {"params": others, "weight_decay": 0.0}], lr=RATE)
    scheduler = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses = []
    for step in range(STEPS):
        loss = model(**collate(examples[step * BATCH:(step + 1) * BATCH])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    (folder / "curve.json").write_text(json.dumps({"losses": losses, "examples": examples}) + "\n")
    print(name, losses[0], losses[-1])
