import { Dropout, Linear, Module, manualSeed, type Tensor } from '@llm/nn';
import { type CollatorTokenizer, RandomSource } from '@llm/train';

/** A tokenizer of 64 tokens: 0 pads, 1 and 2 start and end, 63 masks. */
export const paddingTokenizer: CollatorTokenizer = {
  pad_token_id: 0,
  cls_token_id: 1,
  bos_token_id: 1,
  sep_token_id: 2,
  eos_token_id: 2,
  mask_token_id: 63,
  all_special_ids: [0, 1, 2, 63],
  total_size: 64,
  id_to_token: (id) => (id % 3 === 2 ? `##t${id}` : `t${id}`),
  token_to_id: () => undefined,
};

/** A user's module: two layers with dropout, from points to classes. */
export class Classifier extends Module {
  hidden = new Linear(4, 16);
  output = new Linear(16, 3);
  dropout: Dropout;

  constructor(dropout = 0) {
    super();
    this.dropout = new Dropout(dropout);
  }

  forward({ points }: { points: Tensor; labels?: Tensor }): { logits: Tensor } {
    return {
      logits: this.output.forward(this.dropout.forward(this.hidden.forward(points).relu())),
    };
  }
}

/** The same classifier each time. */
export function newClassifier(dropout = 0): Classifier {
  manualSeed(5);
  return new Classifier(dropout);
}

/** Points in classes by their largest coordinate. */
export function points(count: number, seed = 1): { points: number[]; label: number }[] {
  const random = new RandomSource(seed);
  return Array.from({ length: count }, () => {
    const coordinates = Array.from({ length: 4 }, () => random.next() - 0.5);
    const [a, b, c] = coordinates as [number, number, number];
    return { points: coordinates, label: a > b && a > c ? 0 : b > c ? 1 : 2 };
  });
}

/** The values of all parameters, in order. */
export async function weights(model: Module): Promise<number[]> {
  const values: number[] = [];
  for (const tensor of Object.values(model.stateDict())) values.push(...(await tensor.data()));
  return values;
}
