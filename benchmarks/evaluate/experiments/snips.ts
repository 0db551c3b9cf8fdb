import { tensor } from '@llm/nn';
import { type Batch, type HostArray, type NestedList, seqeval, Trainer } from '@llm/train';
import { intents, type Request, readRequests } from '../data/snips.ts';
import type { Experiment } from '../experiment.ts';
import { SlotFiller } from './slot-filler.ts';

/** Letters of a word that are looked at. */
const letters = 12;
const ignored = -100;

/** Ids of names that were seen; 0 is padding and 1 whatever was not seen. */
function numbering(names: Iterable<string>): { idOf(name: string): number; size: number } {
  const ids = new Map(Array.from(new Set(names), (name, i) => [name, i + 2]));
  return { idOf: (name) => ids.get(name) ?? 1, size: ids.size + 2 };
}

/** Requests in tensors of one length. */
function collatorOf(train: readonly Request[], tags: readonly string[]) {
  const counts = new Map<string, number>();
  for (const word of train.flatMap((request) => request.words.map((each) => each.toLowerCase()))) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  // Words seen once stand for those that were never seen.
  const words = numbering([...counts].filter(([, count]) => count > 1).map(([word]) => word));
  const characters = numbering(train.flatMap((request) => [...request.words.join('')]));
  const collate = (items: readonly unknown[]): Batch => {
    const requests = items as readonly Request[];
    const length = Math.ceil(Math.max(...requests.map((each) => each.words.length)) / 8) * 8;
    const shape = [requests.length, length];
    const fill = (value: number, size: number) => new Int32Array(size).fill(value);
    const ids = fill(0, requests.length * length);
    const spelled = fill(0, ids.length * letters);
    const slots = fill(ignored, ids.length);
    for (const [row, request] of requests.entries()) {
      for (const [column, word] of request.words.entries()) {
        const place = row * length + column;
        ids[place] = words.idOf(word.toLowerCase());
        const spelling = Array.from(word.slice(0, letters), (each) => characters.idOf(each));
        spelled.set(spelling.slice(0, letters), place * letters);
        slots[place] = Math.max(0, tags.indexOf(request.tags[column]!));
      }
    }
    const wanted = requests.map(({ intent }) => intents.indexOf(intent as (typeof intents)[0]));
    return {
      words: tensor(ids, shape),
      characters: tensor(spelled, [...shape, letters]),
      slots: tensor(slots, shape),
      intents: tensor(Int32Array.from(wanted)),
    };
  };
  return { collate, words: words.size, characters: characters.size };
}

/** Intents and slots of requests. */
export const snips: Experiment = {
  name: 'snips',
  summary: 'SNIPS: characters, a BiLSTM and a CRF, from random weights',
  seeds: [1],
  bars: { intents: 97, slotF1: 90 },
  belowPyTorch: {},
  async run({ args, callbacks, signal }) {
    const [train, test] = await Promise.all([readRequests('train'), readRequests('validate')]);
    const tags = ['O', ...new Set(train.flatMap((each) => each.tags).filter((tag) => tag !== 'O'))];
    const { collate, words, characters } = collatorOf(train, tags);
    const trainer = new Trainer({
      model: new SlotFiller({ words, characters, tags: tags.length, intents: intents.length }),
      args: {
        learning_rate: 2e-3,
        num_train_epochs: 8,
        per_device_train_batch_size: 32,
        per_device_eval_batch_size: 50,
        warmup_ratio: 0.05,
        label_names: ['slots', 'intents'],
        remove_unused_columns: false,
        ...args,
      },
      train_dataset: train,
      data_collator: collate,
      callbacks,
      signal,
    });
    await trainer.train();
    const { predictions } = await trainer.predict(test);
    const [intentLogits, paths] = predictions as readonly HostArray[];
    const wanted = intentLogits!.argmax().data;
    const right = test.filter(({ intent }, i) => intents[wanted[i]!] === intent).length;
    const found = (paths!.toArray() as NestedList[] as number[][]).map((path, i) =>
      path.slice(0, test[i]!.words.length).map((tag) => tags[tag]!),
    );
    const { f1 } = seqeval(
      found,
      test.map((request) => request.tags),
    );
    return { intents: (100 * right) / test.length, slotF1: 100 * f1 };
  },
};
