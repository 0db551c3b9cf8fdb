#!/usr/bin/env python3
"""The classes that transformers' AutoModels load for each model_type of packages/nn, for packages/nn/test.

    pip install torch transformers==4.56.2
    python3 tools/reference/nn_heads.py

writes packages/nn/test/fixtures/heads.json: by model_type, the class of the model alone and those with a head, by the
name behind `AutoModelFor`.
"""
import json
from pathlib import Path

from transformers.models.auto import modeling_auto as auto

MODEL_TYPES = ['bart', 'bert', 'distilbert', 'electra', 'gemma2', 'gemma3_text', 'gpt2', 'llama', 'm2m_100', 'marian',
               'mbart', 'mistral', 'mpnet', 'mt5', 'phi3', 'qwen2', 'qwen3', 'roberta', 't5', 'xlm-roberta']
MAPPINGS = {
    'base': auto.MODEL_MAPPING_NAMES,
    'CausalLM': auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    'MaskedLM': auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    'Seq2SeqLM': auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    'SequenceClassification': auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    'TokenClassification': auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES,
    'QuestionAnswering': auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES,
    'MultipleChoice': auto.MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES,
    'NextSentencePrediction': auto.MODEL_FOR_NEXT_SENTENCE_PREDICTION_MAPPING_NAMES,
    'TextEncoding': auto.MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES,
    'PreTraining': auto.MODEL_FOR_PRETRAINING_MAPPING_NAMES,
}

heads = {
    model_type: {task: names[model_type] for task, names in MAPPINGS.items() if model_type in names}
    for model_type in MODEL_TYPES
}
path = Path(__file__).resolve().parents[2] / 'packages' / 'nn' / 'test' / 'fixtures' / 'heads.json'
path.write_text(json.dumps(heads, indent=2) + '\n')
