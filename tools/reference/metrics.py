"""Goldens of BLEU and chrF from sacreBLEU.

    python3 -m venv venv && venv/bin/pip install sacrebleu regex
    venv/bin/python tools/reference/metrics.py > packages/train/test/metrics/fixtures/sacrebleu.json
"""

import json

import sacrebleu

CORPORA = {
    # The example of sacreBLEU's README, and of its tests.
    "readme": (
        ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
        [
            ["The dog bit the man.", "The dog had bit the man."],
            ["It was not unexpected.", "No one was surprised."],
            ["The man bit him first.", "The man had bitten the dog."],
        ],
    ),
    "short": (["this is a fest"], [["this is a test"]]),
    "word": (["Öffnen", "a b"], [["Öffnen"], ["a"]]),
    "nothing shared": (["one two three"], [["vier fünf sechs"]]),
    "empty hypothesis": (["", "Datei öffnen"], [["Datei"], ["Datei öffnen"]]),
    "empty reference": (["Datei öffnen", "x"], [[""], ["x"]]),
    "too short": (["Die Datei"], [["Die Datei wurde gespeichert und geschlossen."]]),
    "too long": (["Die Datei wurde gespeichert und geschlossen."], [["Die Datei."]]),
    "ties of length": (["a b c d"], [["a b c d e", "a b c"]]),
    "strings": (
        [
            'Die Datei "{0}" konnte nicht gefunden werden.',
            "Größe: 1.234,5 kB (min. 3-4)",
            "Öffnen… &amp; schließen &lt;b&gt; &quot;x&quot;",
            "Zeilen 1-10, z. B. „foo && bar“",
            "C:\\Pfad\\zu_der-Datei.txt ist 50% größer: 1,000.",
            "日本語のテスト、です。 😀 emoji 👍🏽!",
            "tabs\tand\u00a0no-break \u2028 spaces   ",
        ],
        [
            ['Die Datei "{0}" wurde nicht gefunden.'],
            ["Größe: 1.234,5 KB (mind. 3-4)", "Größe 1.234,5 kB"],
            ["Öffnen… & schließen <b> \"x\""],
            ["Zeilen 1 - 10, z.B. „foo && baz“"],
            ["C:\\Pfad\\zu_der-Datei.txt ist um 50 % größer: 1.000."],
            ["日本語のテストです。 😀 Emoji 👍🏽 !"],
            ["Tabs and no-break spaces"],
        ],
    ),
}


def streams(references):
    """One list per position, as sacreBLEU wants them; None where a text has fewer references."""
    most = max(map(len, references))
    return [[r[i] if i < len(r) else None for r in references] for i in range(most)]


def bleu(result):
    return dict(
        score=result.score,
        precisions=result.precisions,
        brevityPenalty=result.bp,
        hypothesisLength=result.sys_len,
        referenceLength=result.ref_len,
    )


cases = []
for name, (hypotheses, references) in CORPORA.items():
    case = dict(name=name, hypotheses=hypotheses, references=references, bleu={}, chrf={})
    for tokenize in ("13a", "intl", "none"):
        for lowercase in (False, True):
            metric = sacrebleu.BLEU(tokenize=tokenize, lowercase=lowercase)
            key = json.dumps(dict(tokenize=tokenize, lowercase=lowercase))
            case["bleu"][key] = bleu(metric.corpus_score(hypotheses, streams(references)))
    case["sentences"] = [
        bleu(sacrebleu.sentence_bleu(h, r)) for h, r in zip(hypotheses, references)
    ]
    for options in (
        dict(),
        dict(wordOrder=2),
        dict(lowercase=True, beta=1),
        dict(whitespace=True, characterOrder=4, wordOrder=1),
    ):
        metric = sacrebleu.CHRF(
            char_order=options.get("characterOrder", 6),
            word_order=options.get("wordOrder", 0),
            beta=options.get("beta", 2),
            lowercase=options.get("lowercase", False),
            whitespace=options.get("whitespace", False),
        )
        score = metric.corpus_score(hypotheses, streams(references)).score
        case["chrf"][json.dumps(options)] = score
    cases.append(case)
print(json.dumps(dict(sacrebleu=sacrebleu.__version__, cases=cases), ensure_ascii=False, indent=1))
