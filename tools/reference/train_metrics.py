#!/usr/bin/env python3
"""Golden numbers of metrics, for packages/train/test/metrics.

    pip install scikit-learn scipy seqeval rouge_score sacrebleu torch numpy
    python3 tools/reference/train_metrics.py

writes packages/train/test/metrics/fixtures/{classes,scores,text,spans,perplexity}.json: inputs, and what
scikit-learn, scipy, rouge_score, sacreBLEU, seqeval and the loop of transformers' perplexity guide make of them.
"""
import json
import random
import re
import string
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import sacrebleu
import scipy.stats
import torch
from rouge_score import rouge_scorer
from seqeval import scheme as schemes
from seqeval.metrics import sequence_labeling
from seqeval.metrics import v1
from sklearn import metrics

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'train' / 'test' / 'metrics' / 'fixtures'


def classes():
    draw = np.random.default_rng(0)
    cases = []
    for count, length in ((2, 40), (3, 60), (5, 30), (4, 5), (1, 3)):
        references = draw.integers(0, count, length)
        noise = draw.integers(0, count + (length < 10), length)
        predictions = np.where(draw.random(length) < 0.6, references, noise)
        averages = {}
        for average in ('micro', 'macro', 'weighted'):
            for zero in (0, 1):
                p, r, f, _ = metrics.precision_recall_fscore_support(
                    references, predictions, average=average, zero_division=zero)
                averages[f'{average} {zero}'] = [p, r, f]
        p, r, f, s = metrics.precision_recall_fscore_support(references, predictions, zero_division=0)
        cases.append(dict(
            references=references.tolist(), predictions=predictions.tolist(), averages=averages,
            perClass=[list(map(float, row)) for row in zip(p, r, f, s)],
            accuracy=metrics.accuracy_score(references, predictions),
            matthews=metrics.matthews_corrcoef(references, predictions),
            confusion=metrics.confusion_matrix(references, predictions).tolist()))
    return cases


def scores():
    draw = np.random.default_rng(1)
    binary = []
    for length, digits in ((30, 8), (50, 1), (7, 0)):
        labels = draw.integers(0, 2, length)
        labels[:2] = 0, 1
        values = np.round(draw.random(length) + 0.3 * labels, digits)
        binary.append(dict(labels=labels.tolist(), scores=values.tolist(),
                           auroc=metrics.roc_auc_score(labels, values)))
    labels = draw.integers(0, 3, 30)
    rows = draw.random((30, 3)) + np.eye(3)[labels] * 0.4
    rows = np.round(rows / rows.sum(1, keepdims=True), 6)
    rows[:, 2] = 1 - rows[:, 0] - rows[:, 1]
    many = dict(labels=labels.tolist(), scores=rows.tolist(), **{
        average: metrics.roc_auc_score(labels, rows, multi_class='ovr', average=average)
        for average in ('macro', 'weighted')})
    pairs = []
    for length, digits in ((20, 6), (40, 0), (3, 1)):
        a = np.round(3 * draw.standard_normal(length), digits)
        b = np.round(a + 2 * draw.standard_normal(length), digits)
        pairs.append(dict(a=a.tolist(), b=b.tolist(), pearson=scipy.stats.pearsonr(a, b).statistic,
                          spearman=scipy.stats.spearmanr(a, b).statistic))
    return dict(binary=binary, many=many, pairs=pairs, rankings=rankings(draw), calibration=calibration(draw))


def rankings(draw):
    """One query each: gains of 12 documents, ranked by distinct scores; scikit-learn's NDCG and average precision."""
    cases = []
    for _ in range(6):
        gains = np.where(draw.random(12) < 0.4, draw.integers(1, 4, 12), 0)
        gains[draw.integers(12)] = 2
        values = draw.permutation(12).astype(float)
        ranking = np.argsort(-values)
        cases.append(dict(
            gains=gains.tolist(), ranking=ranking.tolist(),
            averagePrecision=metrics.average_precision_score(gains > 0, values),
            ndcg={str(k): metrics.ndcg_score([gains], [values], k=k) for k in (1, 3, 5, 12)},
            firstRelevant=int(np.argmax(gains[ranking] > 0)) + 1))
    return cases


def calibration(draw):
    """Guo et al.'s reference: torch comparisons of (lower, upper] bins."""
    confidences = draw.random(60)
    correct = draw.random(60) < confidences ** 2
    cases = []
    for bins in (5, 10, 15):
        edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64).numpy()
        ece = 0.0
        for lower, upper in zip(edges[:-1], edges[1:]):
            inside = (confidences > lower) & (confidences <= upper)
            if inside.any():
                ece += abs(confidences[inside].mean() - correct[inside].mean()) * inside.mean()
        cases.append(dict(bins=bins, ece=ece))
    return dict(confidences=confidences.tolist(), correct=correct.tolist(), cases=cases)


SENTENCES = [
    'The dog bit the man in the park yesterday.', 'It was not unexpected, was it?',
    'the man had bitten the dog', "John's car cost $1,234.50 (roughly)", 'a b c d e f g h i j',
    'g h i j a b c d e f', 'In the park the man bit the dog yesterday.', '', 'Öffnen &amp; schließen "x" 3-4',
    'first line here\nsecond line is longer\nthird', 'third line\nfirst line\nlonger second line here',
]


def text():
    draw = random.Random(2)
    words = 'the cat sat on a mat and then it ran to see that dog'.split()
    hypotheses, references = [], []
    for _ in range(30):
        reference = draw.choices(words, k=draw.randint(3, 45))
        hypothesis = list(reference)
        for _ in range(draw.randint(0, 3)):  # move a run
            i, n = draw.randrange(len(hypothesis)), draw.randint(1, 6)
            run = hypothesis[i:i + n]
            del hypothesis[i:i + n]
            at = draw.randint(0, len(hypothesis))
            hypothesis[at:at] = run
        hypothesis = [draw.choice(words) if draw.random() < 0.15 else word for word in hypothesis]
        hypotheses.append(' '.join(hypothesis[draw.randint(0, 2):]))
        references.append([' '.join(reference)] + ([' '.join(draw.sample(reference, len(reference)))] if draw.random() < 0.3 else []))
    for a in SENTENCES:
        for b in draw.sample(SENTENCES, 3):
            hypotheses.append(a)
            references.append([b])
    hypotheses += ['x ' * 80 + 'end', 'short']
    references += [['start ' + 'y x ' * 30], ['a very much longer reference of words ' * 12]]
    ter = {}
    for options in ({}, {'normalized': True}, {'no_punct': True, 'case_sensitive': True}):
        metric = sacrebleu.TER(**options)
        streams = [[r[i] if i < len(r) else None for r in references] for i in range(2)]
        corpus = metric.corpus_score(hypotheses, streams)
        ter[json.dumps(options)] = dict(score=corpus.score, edits=corpus.num_edits, referenceLength=corpus.ref_length,
                                        sentences=[metric.sentence_score(h, r).num_edits for h, r in zip(hypotheses, references)])
    scorer = rouge_scorer.RougeScorer(['rouge1', 'rouge2', 'rougeL', 'rougeLsum'])
    rouge = [{name: list(score) for name, score in scorer.score_multi(r, h).items()}
             for h, r in zip(hypotheses, references)]
    return dict(hypotheses=hypotheses, references=references, ter=ter, rouge=rouge, squad=squad())


def normalize_answer(text):
    text = ''.join(c for c in text.lower() if c not in set(string.punctuation))
    return ' '.join(re.sub(r'\b(a|an|the)\b', ' ', text).split())


def squad_f1(prediction, gold):
    """compute_score.py of SQuAD 1.1"""
    prediction, gold = normalize_answer(prediction).split(), normalize_answer(gold).split()
    same = sum((Counter(prediction) & Counter(gold)).values())
    if same == 0:
        return 0
    precision, recall = same / len(prediction), same / len(gold)
    return 2 * precision * recall / (precision + recall)


def squad():
    rows = [
        ('The Eiffel Tower', ['Eiffel Tower', 'the tower']), ('in 1889!', ['1889']), ('a an the', ['the']),
        ('élan the é', ['élan é', 'lan']), ('theory of an atom', ['theory of atoms', 'atom']),
        ('', ['something']), ('U.S.', ['us']), ('naïve\u00a0an approach', ['naïve approach']), ('x x y', ['x y y']),
    ]
    return [dict(prediction=p, answers=a, exact=max(float(normalize_answer(p) == normalize_answer(g)) for g in a),
                 f1=max(squad_f1(p, g) for g in a)) for p, a in rows]


def spans():
    warnings.simplefilter('ignore')
    draw = random.Random(3)
    cases = []
    for name, prefixes in (('IOB2', 'BI'), ('IOE2', 'IE'), ('IOBES', 'BIES'), ('BILOU', 'BILU')):
        tags = ['O'] + [f'{p}-{t}' for p in prefixes for t in ('PER', 'LOC', 'MY-TYPE')]
        references, predictions = [], []
        for _ in range(40):
            row = draw.choices(tags, k=draw.randint(1, 9))
            references.append(row)
            predictions.append([draw.choice(tags) if draw.random() < 0.3 else tag for tag in row])
        case = dict(scheme=name, references=references, predictions=predictions, strict={}, lenient={})
        for average in ('micro', 'macro', 'weighted'):
            case['strict'][average] = list(map(float, v1.precision_recall_fscore_support(
                references, predictions, average=average, scheme=getattr(schemes, name))[:3]))
            if name != 'BILOU':  # lenient reading knows B, I, E, S
                case['lenient'][average] = list(map(float, sequence_labeling.precision_recall_fscore_support(
                    references, predictions, average=average)[:3]))
        case['accuracy'] = sequence_labeling.accuracy_score(references, predictions)
        cases.append(case)
    return cases


def toy_logits(table, ids):
    """A language model that sees all tokens before: [1, length] → [1, length, vocabulary]."""
    rows = table[ids[0]]
    return (rows + 0.5 * torch.cumsum(rows, 0))[None]


def perplexity():
    torch.manual_seed(4)
    table = torch.round(torch.randn(11, 11) * 64) / 64
    ids = torch.randint(0, 11, (1, 50))
    cases = []
    for max_length, stride in ((8, 8), (8, 4), (10, 3), (64, 64), (7, 1)):
        total, tokens, previous = 0.0, 0, 0
        for begin in range(0, ids.size(1), stride):  # the loop of transformers' guide
            end = min(begin + max_length, ids.size(1))
            window = ids[:, begin:end]
            target = window.clone()
            target[:, :-(end - previous)] = -100
            logits = toy_logits(table.double(), window)
            total += torch.nn.functional.cross_entropy(logits[0, :-1], target[0, 1:], reduction='sum').item()
            tokens += (target != -100).sum().item() - (target[0, 0] != -100).item()
            previous = end
            if end == ids.size(1):
                break
        cases.append(dict(max_length=max_length, stride=stride, perplexity=float(np.exp(total / tokens))))
    texts = [[1, 2, 3], [4, 5], list(range(11)), [0, 0, 0, 7]]
    single = {}
    for bos in (None, 9):
        values = []
        for each in texts:
            full = torch.tensor([([] if bos is None else [bos]) + each])
            logits = toy_logits(table.double(), full)
            values.append(torch.nn.functional.cross_entropy(logits[0, :-1], full[0, 1:]).exp().item())
        single[str(bos)] = values
    return dict(table=table.tolist(), ids=ids[0].tolist(), cases=cases, texts=texts, single=single)


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for make in (classes, scores, text, spans, perplexity):
        content = json.dumps(make(), ensure_ascii=False, separators=(',', ':'))
        (FIXTURES / f'{make.__name__}.json').write_text(content + '\n')
