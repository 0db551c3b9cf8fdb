#!/usr/bin/env python3
"""PyTorch's side of `npm run evaluate -- sst2-minilm | wnut17 | squad`: the same data, model, optimizer, schedule and
epochs, by transformers' models and pipelines. Adds its run to benchmarks/results/evaluate-NAME.json.

    LLM_DATA=… python tools/reference/evaluate_minilm.py sst2-minilm --seed 1 [--steps 100]

Needs torch, transformers 4.56, seqeval, and the weights that `npm run evaluate` has downloaded.
"""
import json
import re
import string
from collections import Counter

import torch
from evaluate_runs import ROOT, fit, read, run
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    get_linear_schedule_with_warmup,
    pipeline,
)

MINILM = ROOT / 'test-assets/pretrained/minilm'
IGNORED = -100
tokenizer = AutoTokenizer.from_pretrained(MINILM)


def train(model, examples, *, seed, rate, epochs, batch, steps):
    """AdamW without decay, a tenth of the steps of warmup, then linear; batches of like lengths."""
    total = steps or epochs * -(-len(examples) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0)
    schedule = get_linear_schedule_with_warmup(optimizer, -(-total // 10), total)
    lengths = [len(example['input_ids']) for example in examples]
    loss_of = lambda rows: model(**collate(rows)).loss
    return fit(model, examples, loss_of, optimizer, schedule, seed=seed, batch=batch, total=total, lengths=lengths)


def collate(rows):
    width = max(len(row['input_ids']) for row in rows)
    padding = {'input_ids': tokenizer.pad_token_id, 'labels': IGNORED}
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if isinstance(values[0], list):
            values = [value + [padding.get(name, 0)] * (width - len(value)) for value in values]
        columns[name] = torch.tensor(values)
    return columns


def sst2(seed, steps):
    reviews = lambda part: [line.split('\t') for line in read(f'sst2/{part}.tsv.gz').splitlines()]
    model = AutoModelForSequenceClassification.from_pretrained(MINILM, num_labels=2)
    examples = [{**tokenizer(text, truncation=True, max_length=256), 'labels': int(label)}
                for text, label in reviews('train')]
    done = train(model, examples, seed=seed, rate=5e-5, epochs=2, batch=32, steps=steps)
    test = reviews('test')
    classify = pipeline('text-classification', model=model.eval(), tokenizer=tokenizer, device='cpu')
    found = classify([text for text, _ in test], batch_size=32)
    right = sum(each['label'] == f'LABEL_{label}' for each, (_, label) in zip(found, test))
    return done, {'accuracy': 100 * right / len(test)}


def wnut17(seed, steps):
    from seqeval.metrics import f1_score, precision_score, recall_score

    def posts(name):
        blocks = re.split(r'\r?\n\s*\r?\n', read(f'wnut17/{name}.gz'))
        rows = [[line.strip().split('\t') for line in block.splitlines()] for block in blocks]
        rows = [[row for row in block if len(row) == 2] for block in rows]
        return [([word for word, _ in block], [tag for _, tag in block]) for block in rows if block]

    def encode(words):
        return tokenizer(words, is_split_into_words=True, truncation=True, max_length=128)

    learned, test = posts('wnut17train.conll'), posts('emerging.test.annotated')
    names = sorted({tag for _, tags in learned for tag in tags})
    model = AutoModelForTokenClassification.from_pretrained(MINILM, num_labels=len(names))
    examples = []
    for words, tags in learned:
        encoding = encode(words)
        ids = encoding.word_ids()
        labels = [IGNORED if word is None or word == before else names.index(tags[word])
                  for before, word in zip([None] + ids, ids)]
        examples.append({'input_ids': encoding['input_ids'], 'attention_mask': encoding['attention_mask'], 'labels': labels})
    done = train(model, examples, seed=seed, rate=1e-4, epochs=3, batch=16, steps=steps)
    model.eval()
    predicted = []
    for words, _ in test:
        encoding = encode(words)
        with torch.inference_mode():
            tags = model(**{k: torch.tensor([v]) for k, v in encoding.items()}).logits[0].argmax(-1)
        of_word = {}
        for place, word in enumerate(encoding.word_ids()):
            if word is not None:
                of_word.setdefault(word, names[tags[place]])
        predicted.append([of_word.get(i, 'O') for i in range(len(words))])
    wanted = [tags for _, tags in test]
    scores = {'f1': f1_score, 'precision': precision_score, 'recall': recall_score}
    return done, {name: 100 * score(wanted, predicted) for name, score in scores.items()}


def squad(seed, steps):
    articles = json.loads(read('squad/dev-v1.1-first-5-articles.json.gz'))['data']
    rows = lambda some: [(qa['question'], paragraph['context'], qa['answers'])
                         for article in some for paragraph in article['paragraphs']
                         for qa in paragraph['qas'] if qa['answers']]
    model = AutoModelForQuestionAnswering.from_pretrained(MINILM)
    examples = []
    for question, context, answers in rows(articles[:-1]):
        start = answers[0]['answer_start']
        end = start + len(answers[0]['text'])
        parts = tokenizer(question, context, truncation='only_second', max_length=384, stride=128,
                          return_overflowing_tokens=True)
        for i in range(len(parts['input_ids'])):
            first, last = parts.char_to_token(i, start, 1), parts.char_to_token(i, end - 1, 1)
            if first is None or last is None:
                first = last = 0
            names = ('input_ids', 'attention_mask', 'token_type_ids')
            examples.append({**{name: parts[name][i] for name in names},
                             'start_positions': first, 'end_positions': last})
    done = train(model, examples, seed=seed, rate=1e-4, epochs=3, batch=8, steps=steps)
    answer = pipeline('question-answering', model=model.eval(), tokenizer=tokenizer, device='cpu')
    exact, f1, test = 0, 0, rows(articles[-1:])
    for question, context, answers in test:
        found = answer(question=question, context=context)['answer']
        texts = [normalize(each['text']) for each in answers]
        exact += max(normalize(found) == text for text in texts)
        f1 += max(overlap(normalize(found).split(), text.split()) for text in texts)
    return done, {'exact_match': 100 * exact / len(test), 'f1': 100 * f1 / len(test)}


def normalize(text):
    text = ''.join(each for each in text.lower() if each not in string.punctuation)
    return ' '.join(re.sub(r'\b(a|an|the)\b', ' ', text).split())


def overlap(found, wanted):
    same = sum((Counter(found) & Counter(wanted)).values())
    return 2 * same / (len(found) + len(wanted)) if same else 0


run({'sst2-minilm': sst2, 'wnut17': wnut17, 'squad': squad})
