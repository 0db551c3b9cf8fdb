import { referenceAsCode } from '../models/reference.ts';

/** What the program scores. */
export interface ProgramParts {
  readonly model: string;
  readonly text: string;
  readonly device: string;
  /** What kind of model it is, as far as it was loaded. */
  readonly kind: 'causal' | 'masked' | undefined;
}

/** The scores as a program for Node. */
export function programOf({ model, text, device, kind = 'causal' }: ProgramParts): string {
  const [setImport, setDevice] =
    device === 'auto' ? ['', ''] : [', setDefaultDevice', `setDefaultDevice('${device}');\n`];
  return kind === 'causal'
    ? causalProgram(model, text, setImport, setDevice)
    : maskedProgram(model, text, setImport, setDevice);
}

function causalProgram(model: string, text: string, setImport: string, setDevice: string): string {
  return `import { AutoModelForCausalLM${setImport}, takeAlong, tensor } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';

${setDevice}const place = ${referenceAsCode(model)};
const tokenizer = await AutoTokenizer.from_pretrained(place);
const model = await AutoModelForCausalLM.from_pretrained(place);

const ids = tokenizer.encode(${JSON.stringify(text)});
const { logits } = model.forward({ input_ids: [ids] });
// The scores at a position are of the token after it.
const logProbabilities = logits.slice(0, [0, -1]).logSoftmax();
const next = tensor(ids.slice(1).map((id) => [id]), undefined, { dtype: 'i32' });
const values = Array.from(await takeAlong(logProbabilities, next).data());
ids.slice(1).forEach((id, i) => console.log(tokenizer.decode([id]), Math.exp(values[i]!)));
const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
console.log('perplexity', Math.exp(-mean));
`;
}

function maskedProgram(model: string, text: string, setImport: string, setDevice: string): string {
  return `import { AutoModelForMaskedLM${setImport} } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';

${setDevice}const place = ${referenceAsCode(model)};
const tokenizer = await AutoTokenizer.from_pretrained(place);
const model = await AutoModelForMaskedLM.from_pretrained(place);

const ids = tokenizer.encode(${JSON.stringify(text)});
const special = new Set(tokenizer.all_special_ids);
let sum = 0;
let count = 0;
for (const [position, id] of ids.entries()) {
  if (special.has(id)) continue;
  const { logits } = model.forward({ input_ids: [ids.with(position, tokenizer.mask_token_id!)] });
  const logProbability = await logits.slice(0, position).logSoftmax().slice(id).item();
  console.log(tokenizer.decode([id]), Math.exp(logProbability));
  sum += logProbability;
  count++;
}
console.log('pseudo-perplexity', Math.exp(-sum / count));
`;
}
