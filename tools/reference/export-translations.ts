/**
 * Writes, for some sentences, our token ids, logits and translations by a saved model as JSON to standard
 * output, for load_translation_model.py.
 *
 *   npx tsx --conditions=@llm/source tools/reference/export-translations.ts models/ui-de > ours.json
 *
 * @module
 */
import { Translator } from '@llm/apps';

const sentences = ['Open the file', 'The extension could not be installed.', 'Show all {0} errors'];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: export-translations.ts MODEL-FOLDER');
const translator = await Translator.load(folder);
const { model, tokenizer } = translator;
const cases = [];
for (const source of sentences) {
  const [translation] = await translator.translate([source]);
  const inputIds = tokenizer.encode(source);
  const decoderInputIds = [
    model.config.decoder_start_token_id!,
    ...tokenizer.encode(translation!, { add_special_tokens: false }),
  ];
  const { logits } = model.forward({ input_ids: [inputIds], decoder_input_ids: [decoderInputIds] });
  cases.push({
    source,
    translation,
    inputIds,
    decoderInputIds,
    logits: Array.from(await logits.data()),
  });
}
translator.dispose();
console.log(JSON.stringify(cases));
