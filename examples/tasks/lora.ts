// Teaches a language model a way of speaking with LoRA: only small matrices learn, and only they are saved.
//
//     npm run example examples/tasks/lora.ts [MODEL] [FOLDER]
import { AutoModelForCausalLM, generate } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import {
  Dataset,
  dataCollatorForLanguageModeling,
  getPeftModel,
  saveAdapter,
  Trainer,
} from '@llm/train';

const [, , name = 'HuggingFaceTB/SmolLM2-135M', folder = 'runs/lora'] = process.argv;
const tokenizer = await AutoTokenizer.from_pretrained(name, { pad_token: '<|endoftext|>' });
const model = await AutoModelForCausalLM.from_pretrained(name);
const peft = getPeftModel(model, {
  peft_type: 'LORA',
  r: 8,
  lora_alpha: 16,
  target_modules: ['q_proj', 'v_proj'],
});

const lines = ['Ahoy! The sea be calm.', 'Ahoy! The wind be strong.', 'Ahoy! The rum be gone.'];
const trainer = new Trainer({
  model,
  args: {
    num_train_epochs: Number(process.env.EPOCHS ?? 20),
    learning_rate: 2e-3,
    save_strategy: 'no',
    disable_tqdm: true,
    logging_strategy: 'no',
  },
  train_dataset: Dataset.from(lines.map((line) => ({ input_ids: tokenizer.encode(line) }))),
  data_collator: dataCollatorForLanguageModeling(tokenizer, { mlm: false }),
});
const { training_loss } = await trainer.train();
await saveAdapter(folder, peft);

model.eval();
const { generated } = await generate(model, tokenizer(['Ahoy! The']), { max_new_tokens: 5 });
const all = model.parameters().reduce((sum, { size }) => sum + size, 0);
const learned = model
  .parameters()
  .reduce((sum, { size, trainable }) => sum + (trainable ? size : 0), 0);
console.log(
  `${((100 * learned) / all).toFixed(2)} % of the weights learned, loss ${training_loss.toFixed(3)}`,
);
console.log(`Ahoy! The${tokenizer.decode(generated[0]!)}`);
