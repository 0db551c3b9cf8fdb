import {
  Conv1d,
  CRF,
  concat,
  crossEntropy,
  Dropout,
  Embedding,
  Linear,
  LSTM,
  Module,
  type Tensor,
  where,
} from '@llm/nn';

/** How many of each there are. */
export interface SlotFillerSizes {
  readonly words: number;
  readonly characters: number;
  readonly tags: number;
  readonly intents: number;
}

/** What `SlotFiller` takes; padding of `words` is 0. */
export interface SlotFillerInputs {
  /** i32 [batch, length] */
  readonly words: Tensor;
  /** i32 [batch, length, letters] */
  readonly characters: Tensor;
  /** i32 [batch, length] */
  readonly slots: Tensor;
  /** i32 [batch] */
  readonly intents: Tensor;
}

/** Words and their spelling, read in both directions (Ma and Hovy, 2016); the intent from the strongest features. */
export class SlotFiller extends Module {
  words: Embedding;
  characters: Embedding;
  spelling = new Conv1d(32, 64, 3, { padding: 1 });
  reader = new LSTM(100 + 64, 128, { batch_first: true, bidirectional: true });
  dropout = new Dropout(0.4);
  intent: Linear;
  tag: Linear;
  crf: CRF;

  constructor({ words, characters, tags, intents }: SlotFillerSizes) {
    super();
    this.words = new Embedding(words, 100, { padding_idx: 0 });
    this.characters = new Embedding(characters, 32, { padding_idx: 0 });
    this.intent = new Linear(256, intents);
    this.tag = new Linear(256, tags);
    this.crf = new CRF(tags, { batch_first: true });
  }

  forward({ words, characters, slots, intents }: SlotFillerInputs) {
    const [batch, length, letters] = characters.shape as readonly [number, number, number];
    const mask = words.ne(0);
    const spelled = this.spelling
      .forward(this.characters.forward(characters.reshape(-1, letters)).transpose(1, 2))
      .max(2) // [batch · length, 64]
      .reshape(batch, length, -1);
    const known = this.dropout.forward(concat([this.words.forward(words), spelled], -1));
    const [read] = this.reader.forward(known, undefined, { lengths: mask.to('i32').sum(1) });
    const hidden = this.dropout.forward(read); // [batch, length, 256]
    const strongest = where(mask.unsqueeze(-1), hidden, -1e4).max(1);
    const intentLogits = this.intent.forward(strongest); // [batch, intents]
    const emissions = this.tag.forward(hidden); // [batch, length, tags]
    const slotLoss = this.crf.forward(emissions, slots, { mask, reduction: 'mean' }).neg();
    return {
      loss: slotLoss.add(crossEntropy(intentLogits, intents)),
      intentLogits,
      path: this.crf.decode(emissions, { mask }).tags,
    };
  }
}
