import type { CausalLM } from '../tasks/causal-lm.ts';
import type { MaskedLM } from '../tasks/masked-lm.ts';
import type { MultipleChoice } from '../tasks/multiple-choice.ts';
import type { NextSentencePrediction } from '../tasks/next-sentence-prediction.ts';
import type { PreTraining } from '../tasks/pre-training.ts';
import type { QuestionAnswering } from '../tasks/question-answering.ts';
import type { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import type { SequenceClassification } from '../tasks/sequence-classification.ts';
import type { TokenClassification } from '../tasks/token-classification.ts';
import type { ModelInputs } from './inputs.ts';
import type { PreTrainedModel } from './model.ts';
import type { BaseOutput } from './outputs.ts';

/** A model without a head. */
export interface BaseModel extends PreTrainedModel {
  forward(inputs: ModelInputs): BaseOutput;
}

/** The model of each task; the names are those in Python's `AutoModelFor…`. */
export interface TaskModels {
  readonly base: BaseModel;
  readonly TextEncoding: BaseModel;
  readonly PreTraining: PreTraining;
  readonly CausalLM: CausalLM;
  readonly MaskedLM: MaskedLM;
  readonly Seq2SeqLM: Seq2SeqLM;
  readonly SequenceClassification: SequenceClassification;
  readonly TokenClassification: TokenClassification;
  readonly QuestionAnswering: QuestionAnswering;
  readonly MultipleChoice: MultipleChoice;
  readonly NextSentencePrediction: NextSentencePrediction;
}

/** A task that models are made for. */
export type TaskName = keyof TaskModels;
