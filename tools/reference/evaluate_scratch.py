#!/usr/bin/env python3
"""PyTorch's side of `npm run evaluate -- sst2-scratch | snips | multi30k`: the same data, model, initial values,
optimizer, schedule and epochs. Adds its run to benchmarks/results/evaluate-NAME.json.

    LLM_DATA=… python tools/reference/evaluate_scratch.py multi30k --seed 1 [--steps 100]

Needs torch, transformers 4.56, tokenizers, sacrebleu, seqeval, pytorch-crf.
"""
import copy
import json
import math
from collections import Counter

import torch
from evaluate_runs import fit, read, run
from torch import nn
from transformers import (
    MBartConfig,
    MBartForConditionalGeneration,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

IGNORED = -100


def padded(rows, width, value):
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


class SentenceClassifier(nn.Module):
    """Kim's convolutional network (2014)."""

    def __init__(self, vocabulary, width=128, filters=100):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width, padding_idx=0)
        with torch.no_grad():
            self.words.weight.mul_(0.1)
        self.windows = nn.ModuleList(nn.Conv1d(width, filters, size) for size in (3, 4, 5))
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(3 * filters, 2)

    def forward(self, input_ids):
        x = self.dropout(self.words(input_ids)).transpose(1, 2)
        features = [window(x).relu().amax(2) for window in self.windows]
        return self.output(self.dropout(torch.cat(features, 1)))


def sst2(seed, steps):
    def reviews(part):
        return [line.split('\t') for line in read(f'sst2/{part}.tsv.gz').splitlines()]

    train, dev, test = reviews('train'), reviews('dev'), reviews('test')
    counts = Counter(word for text, _ in train for word in text.lower().split())
    ids = {word: i + 2 for i, word in enumerate(counts)}
    encode = lambda rows: [([ids.get(word, 1) for word in text.lower().split()], int(label)) for text, label in rows]

    def collate(rows):
        width = max(5, max(len(words) for words, _ in rows))
        return padded([words for words, _ in rows], width, 0), torch.tensor([label for _, label in rows])

    def accuracy(rows):
        model.eval()
        right = 0
        with torch.inference_mode():
            for start in range(0, len(rows), 50):
                words, labels = collate(rows[start:start + 50])
                right += (model(words).argmax(-1) == labels).sum().item()
        model.train()
        return 100 * right / len(rows)

    model = SentenceClassifier(len(ids) + 2)
    examples, held_out, best = encode(train), encode(dev), (-1.0, None)

    def keep_best(done):
        nonlocal best
        if done % 140 == 0 or done == total:
            score = accuracy(held_out)
            if score > best[0]:
                best = (score, copy.deepcopy(model.state_dict()))

    def loss_of(rows):
        words, labels = collate(rows)
        return nn.functional.cross_entropy(model(words), labels)

    total = steps or 10 * -(-len(examples) // 50)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0)
    schedule = get_linear_schedule_with_warmup(optimizer, 0, total)
    fit(model, examples, loss_of, optimizer, schedule, seed=seed, batch=50, total=total, after_step=keep_best)
    model.load_state_dict(best[1])
    return total, {'accuracy': accuracy(encode(test))}


INTENTS = ['AddToPlaylist', 'BookRestaurant', 'GetWeather', 'PlayMusic', 'RateBook', 'SearchCreativeWork',
           'SearchScreeningEvent']
LETTERS = 12


class SlotFiller(nn.Module):
    """Words and their spelling, read in both directions (Ma and Hovy, 2016); the intent from the strongest features."""

    def __init__(self, words, characters, tags):
        from torchcrf import CRF

        super().__init__()
        self.words = nn.Embedding(words, 100, padding_idx=0)
        self.characters = nn.Embedding(characters, 32, padding_idx=0)
        self.spelling = nn.Conv1d(32, 64, 3, padding=1)
        self.reader = nn.LSTM(164, 128, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.4)
        self.intent = nn.Linear(256, len(INTENTS))
        self.tag = nn.Linear(256, tags)
        self.crf = CRF(tags, batch_first=True)

    def forward(self, words, characters):
        batch, length, letters = characters.shape
        mask = words.ne(0)
        spelled = self.characters(characters.view(-1, letters)).transpose(1, 2)
        spelled = self.spelling(spelled).amax(2).view(batch, length, -1)
        known = self.dropout(torch.cat([self.words(words), spelled], -1))
        packed = nn.utils.rnn.pack_padded_sequence(known, mask.sum(1), batch_first=True, enforce_sorted=False)
        read, _ = nn.utils.rnn.pad_packed_sequence(self.reader(packed)[0], batch_first=True, total_length=length)
        hidden = self.dropout(read)
        strongest = hidden.masked_fill(~mask.unsqueeze(-1), -1e4).amax(1)
        return mask, self.tag(hidden), self.intent(strongest)


def snips(seed, steps):
    from seqeval.metrics import f1_score

    def requests(part):
        made = []
        for intent in INTENTS:
            for each in json.loads(read(f'snips/{part}_{intent}.json.gz'))[intent]:
                words, tags = [], []
                for piece in each['data']:
                    for i, word in enumerate(piece['text'].split()):
                        words.append(word)
                        tags.append(f'{"I" if i else "B"}-{piece["entity"]}' if 'entity' in piece else 'O')
                made.append((words, tags, INTENTS.index(intent)))
        return made

    train, test = requests('train'), requests('validate')
    names = ['O'] + [tag for tag in dict.fromkeys(tag for _, tags, _ in train for tag in tags) if tag != 'O']
    counts = Counter(word.lower() for words, _, _ in train for word in words)
    # Words seen once stand for those that were never seen.
    ids = {word: i + 2 for i, word in enumerate(word for word, count in counts.items() if count > 1)}
    letters = {c: i + 2 for i, c in enumerate(dict.fromkeys(c for words, _, _ in train for c in ''.join(words)))}

    def collate(rows):
        width = max(len(words) for words, _, _ in rows)
        spell = lambda word: ([letters.get(c, 1) for c in word[:LETTERS]] + [0] * LETTERS)[:LETTERS]
        blank = [[0] * LETTERS]
        return (padded([[ids.get(word.lower(), 1) for word in words] for words, _, _ in rows], width, 0),
                torch.tensor([[spell(word) for word in words] + blank * (width - len(words)) for words, _, _ in rows]),
                padded([[names.index(tag) if tag in names else 0 for tag in tags] for _, tags, _ in rows], width, 0),
                torch.tensor([intent for _, _, intent in rows]))

    model = SlotFiller(len(ids) + 2, len(letters) + 2, len(names))

    def loss_of(rows):
        words, characters, tags, intents = collate(rows)
        mask, emissions, logits = model(words, characters)
        slots = -model.crf(emissions, tags, mask=mask, reduction='mean')
        return slots + nn.functional.cross_entropy(logits, intents)

    total = steps or 8 * -(-len(train) // 32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(0.05 * total), total)
    fit(model, train, loss_of, optimizer, schedule, seed=seed, batch=32, total=total)
    model.eval()
    right, found = 0, []
    with torch.inference_mode():
        for start in range(0, len(test), 50):
            words, characters, _, intents = collate(test[start:start + 50])
            mask, emissions, logits = model(words, characters)
            right += (logits.argmax(-1) == intents).sum().item()
            found += [[names[tag] for tag in path] for path in model.crf.decode(emissions, mask=mask)]
    wanted = [tags for _, tags, _ in test]
    return total, {'intents': 100 * right / len(test), 'slotF1': 100 * f1_score(wanted, found)}


def multi30k(seed, steps):
    import sacrebleu
    from tokenizers import ByteLevelBPETokenizer

    def captions(part):
        sides = [read(f'multi30k/{part}.{language}.gz').rstrip().split('\n') for language in ('en', 'de')]
        return [(source.strip(), target.strip()) for source, target in zip(*sides)]

    train, test = captions('train'), captions('test_2016_flickr')
    tokenizer = ByteLevelBPETokenizer(add_prefix_space=True)
    tokenizer.train_from_iterator((text for pair in train for text in pair), vocab_size=6000, min_frequency=2,
                                  special_tokens=['<pad>', '<s>', '</s>'], show_progress=False)
    pad, bos, eos = 0, 1, 2
    encode = lambda text: tokenizer.encode(text).ids + [eos]
    width, longest = 256, 128
    model = MBartForConditionalGeneration(MBartConfig(
        vocab_size=tokenizer.get_vocab_size(), d_model=width, encoder_layers=3, decoder_layers=3,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=512, decoder_ffn_dim=512,
        activation_function='relu', dropout=0.1, max_position_embeddings=longest, scale_embedding=True,
        pad_token_id=pad, bos_token_id=bos, eos_token_id=eos, decoder_start_token_id=eos, forced_eos_token_id=None))
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, nn.Linear) and name != 'lm_head':
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(model.model.shared.weight, 0, width ** -0.5)
        for side in (model.model.encoder, model.model.decoder):
            table = side.embed_positions.weight
            angles = torch.arange(len(table))[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
            table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
    examples = [(encode(source), encode(target)) for source, target in train]

    def loss_of(rows):
        source, target = ([row[side] for row in rows] for side in (0, 1))
        length = lambda some: -(-max(map(len, some)) // 4) * 4
        input_ids, labels = padded(source, length(source), pad), padded(target, length(target), IGNORED)
        logits = model(input_ids=input_ids, attention_mask=input_ids.ne(pad).long(), labels=labels).logits
        return nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), label_smoothing=0.1)

    total = steps or 9 * -(-len(examples) // 64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, weight_decay=0)
    schedule = get_cosine_schedule_with_warmup(optimizer, 500, total)
    lengths = [max(len(s), len(t)) * longest + min(len(s), len(t)) for s, t in examples]
    fit(model, examples, loss_of, optimizer, schedule, seed=seed, batch=64, total=total, lengths=lengths)
    model.eval()
    texts = []
    for start in range(0, len(test), 25):
        rows = [encode(source) for source, _ in test[start:start + 25]]
        input_ids = padded(rows, max(map(len, rows)), pad)
        made = model.generate(input_ids=input_ids, attention_mask=input_ids.ne(pad).long(), num_beams=5, max_new_tokens=60)
        texts += [tokenizer.decode(ids.tolist(), skip_special_tokens=True).strip() for ids in made]
    references = [[target for _, target in test]]
    return total, {'bleu': sacrebleu.corpus_bleu(texts, references).score,
                   'bleuLowerCased': sacrebleu.corpus_bleu(texts, references, lowercase=True).score,
                   'chrf': sacrebleu.corpus_chrf(texts, references).score}


run({'sst2-scratch': sst2, 'snips': snips, 'multi30k': multi30k})
