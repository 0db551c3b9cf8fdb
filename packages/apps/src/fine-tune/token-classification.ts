import { dataCollatorWithPadding } from '@llm/train';
import { firstPieces, type TaggedRow, tokenClassificationScoring } from '../evaluate/index.ts';
import { encodeText } from '../pipelines/encode.ts';
import { classConfig, classIds } from './classes.ts';
import { modelInputs, type Recipe } from './recipe.ts';

/** The label of pieces that are not learned. */
const ignored = -100;

/** Tags the words of a text, which are put together with spaces; the first piece of a word learns its tag. */
export const tokenClassificationRecipe: Recipe<TaggedRow, 'token-classification'> = {
  scoring: tokenClassificationScoring,
  config: (rows) => classConfig(rows.flatMap(({ tags }) => tags)),
  features(rows, model, tokenizer) {
    const ids = classIds(model.config);
    return rows.map(({ tokens, tags }) => {
      const encoding = encodeText({ model, tokenizer }, tokens.join(' '));
      const pieces = encoding.offsets.map(([start, end]) => ({ start, end }));
      const labels = new Array<number>(pieces.length).fill(ignored);
      firstPieces(tokens, pieces).forEach((piece, word) => {
        if (piece >= 0) labels[piece] = ids.get(tags[word]!)!;
      });
      return { ...modelInputs(model, encoding), labels };
    });
  },
  collator: (tokenizer) => dataCollatorWithPadding(tokenizer, { pad_to_multiple_of: 16 }),
  args: { learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 16 },
  adapterTask: 'TOKEN_CLS',
};
