#!/usr/bin/env python3
"""What transformers generates under every kind of option, for packages/nn/test/generation.

    pip install torch transformers==4.56.2 safetensors
    python3 tools/reference/nn_generation.py

reads the models of packages/nn/test/fixtures/models (nn_models.py makes them) and writes beside them
generation.json: for each case the options, all ids, and where asked for scores. `torch.multinomial` is replaced by
the inverse of the cumulated probabilities at given uniform numbers, so that random choices can be compared; a case
whose uniform number lies within 1e-6 of a boundary is refused, since rounding would decide it. The file also lists
every field of `GenerationConfig` with its default.
"""
import json
import random
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import load_file

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures'
source = random.Random(5)
UNIFORMS = [source.randrange(2 ** 24) / 2 ** 24 for _ in range(512)]
taken = 0


class TooFew(Exception):
    pass


def multinomial(probabilities, num_samples, replacement=False, *, generator=None, out=None):
    """Draws without replacement, row by row, at the next uniform numbers."""
    global taken
    chosen = []
    for row in probabilities.double().tolist():
        picked = []
        for _ in range(num_samples):
            total = sum(row)
            if total == 0:
                raise TooFew('fewer tokens than draws')
            target, sofar, place = UNIFORMS[taken] * total, 0.0, None
            taken += 1
            for i, p in enumerate(row):
                sofar += p
                assert p == 0 or abs(sofar - target) > 1e-6 * total or sofar >= total, 'too near; change the seed'
                if place is None and target < sofar:
                    place = i
            picked.append(place)
            row[place] = 0.0
        chosen.append(picked)
    return torch.tensor(chosen)


torch.multinomial = multinomial

SAMPLING = {
    'sample': dict(top_k=0),
    'sample top_k': dict(top_k=5, temperature=0.7),
    'sample top_p': dict(top_k=0, top_p=0.6),
    'sample min_p': dict(top_k=0, min_p=0.2),
    'sample typical_p': dict(top_k=0, typical_p=0.5),
    'sample epsilon_cutoff': dict(top_k=0, epsilon_cutoff=0.04),
    'sample eta_cutoff': dict(top_k=0, eta_cutoff=0.2),
    'sample everything': dict(top_k=20, top_p=0.9, min_p=0.01, typical_p=0.9, epsilon_cutoff=0.005, eta_cutoff=0.01,
                              temperature=1.3, repetition_penalty=1.2, renormalize_logits=True),
    'sample several': dict(num_return_sequences=3),
    'sample exponential decay': dict(top_k=0, exponential_decay_length_penalty=(2, 1.4)),
}
BEAMS = {
    'beam never': dict(num_beams=3, early_stopping='never', length_penalty=1.5),
    'beam never, short': dict(num_beams=3, early_stopping='never', length_penalty=-1.0),
    'beam sample': dict(num_beams=3, do_sample=True, top_k=12, temperature=2.0, num_return_sequences=2),
    'beam sample top_p': dict(num_beams=2, do_sample=True, top_k=0, top_p=0.999, min_p=1e-6, temperature=3.0),
    'beam constrained': dict(num_beams=2, min_length=12, no_repeat_ngram_size=1, forced_eos_token_id=2),
    'groups': dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.7),
    'groups, several': dict(num_beams=6, num_beam_groups=3, diversity_penalty=2.5, num_return_sequences=4,
                            length_penalty=0.5, repetition_penalty=1.2),
    'groups early': dict(num_beams=4, num_beam_groups=4, diversity_penalty=1.0, early_stopping=True),
    'groups never': dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.3, early_stopping='never'),
}
GREEDY = {
    'exponential decay': dict(exponential_decay_length_penalty=(1, 1.6)),
    'begin_suppress_tokens': dict(begin_suppress_tokens=list(range(2, 20))),
    'several ends': dict(eos_token_id=[2, *range(10, 16)]),
    'sequence_bias': dict(sequence_bias=[[[9], 3.0], [[9, 9], -6.0], [[9, 12], 6.0]]),
    'encoder penalties': dict(encoder_repetition_penalty=1.5, encoder_no_repeat_ngram_size=1),
    'forced and fewest': dict(forced_bos_token_id=8, forced_eos_token_id=[2, 3], min_new_tokens=6),
}
ASSISTED = {
    'prompt lookup': dict(prompt_lookup_num_tokens=3),
    'prompt lookup of one': dict(prompt_lookup_num_tokens=4, max_matching_ngram_size=1, repetition_penalty=1.1),
}
SCORED = {
    'scores greedy': dict(repetition_penalty=1.3),
    'scores sampled': dict(do_sample=True, top_k=6),
    'scores beam': dict(num_beams=3, num_return_sequences=2, repetition_penalty=1.3),
    'scores beam sampled': dict(num_beams=2, do_sample=True, top_k=9, temperature=2.0),
    'scores groups': dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.7, num_return_sequences=2),
}


def run(model, inputs, options, scored=False):
    global taken
    taken = 0
    outputs = dict(output_scores=True, output_logits=True) if scored else {}
    result = model.generate(**inputs, **{'max_new_tokens': 10, 'do_sample': False, **options},
                            return_dict_in_generate=True, **outputs)
    found = {'options': options, 'sequences': result.sequences.tolist()}
    if taken:
        found['draws'] = taken
    if scored:
        beam_indices = getattr(result, 'beam_indices', None)
        found['steps'] = len(result.scores)
        found['first_logits'] = result.logits[0].tolist()
        last = result.scores[-1]
        found['last_scores'] = [[None if value == -float('inf') else value for value in row] for row in last.tolist()]
        found['sequences_scores'] = None if beam_indices is None else result.sequences_scores.tolist()
        if options.get('num_beam_groups', 1) > 1:
            return found  # transformers numbers the rows of each group from 0 and so takes scores of other rows
        for name, normalize in [('transitions', False), ('normalized', True)]:
            each = model.compute_transition_scores(result.sequences, result.scores, beam_indices, normalize)
            found[name] = [[None if value == -float('inf') else value for value in row] for row in each.tolist()]
        if beam_indices is not None:
            found['beam_indices'] = beam_indices.tolist()
    return found


def rounded(value):
    if isinstance(value, float):
        return float(f'{value:.7g}') if abs(value) > 1e-9 and value not in (0.0,) else value
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return value


def main():
    cases = []
    for name in ['llama', 'gpt2', 'bart', 't5']:
        folder = FIXTURES / 'models' / name
        kind = hf.AutoModelForSeq2SeqLM if name in ('bart', 't5') else hf.AutoModelForCausalLM
        model = kind.from_pretrained(folder).eval()
        stored = load_file(folder / 'expected.safetensors')
        inputs = {part: stored[f'prompt.{part}'].long() for part in ('input_ids', 'attention_mask')}
        one = {part: value[:1] for part, value in inputs.items()}
        def add(case, inputs, options, scored=False):
            try:
                found = run(model, inputs, options, scored)
            except TooFew as error:  # torch.multinomial, too, refuses it
                return print(name, case, 'is left out:', error)
            cases.append({'model': name, 'name': case, 'rows': len(inputs['input_ids']), **rounded(found)})
        for case, options in SAMPLING.items():
            add(case, inputs, dict(do_sample=True, **options))
        for case, options in {**BEAMS, **GREEDY}.items():
            add(case, inputs, options)
        for case, options in ASSISTED.items():
            # Guesses change nothing, so greedy search says what comes out; transformers' own prompt lookup goes one
            # token beyond max_new_tokens, and ends at once where the decoder starts with the end token.
            plain = {key: value for key, value in options.items() if key == 'repetition_penalty'}
            add(case, one, dict(max_new_tokens=16, **plain))
            cases[-1]['options'].update(options)
        if name in ('llama', 't5'):
            for case, options in SCORED.items():
                add(case, inputs, options, scored=True)
        if name == 'llama':
            negative = [[5, 6, 7, 8], [9, 3, 4, 30], [11, 12, 13, 14]]
            for case, options in {
                'guidance': dict(guidance_scale=1.8),
                'guidance sampled': dict(guidance_scale=2.5, do_sample=True, top_k=10),
            }.items():
                add(case, inputs, options)
            given = {'negative_prompt_ids': torch.tensor(negative)}
            found = run(model, inputs, dict(guidance_scale=1.8, repetition_penalty=1.1, **given))
            found['options']['negative_prompt_ids'] = negative
            cases.append({'model': name, 'name': 'guidance against', 'rows': 3, **found})
    defaults = {key: value for key, value in vars(hf.GenerationConfig()).items()}
    content = {'uniforms': UNIFORMS, 'defaults': defaults, 'cases': cases}
    text = json.dumps(content, separators=(',', ':')).replace('{"model"', '\n{"model"')
    (FIXTURES / 'generation.json').write_text(text + '\n')
    print(len(cases), 'cases,', len(text), 'bytes')


main()
