import { referenceAsCode } from '../models/reference.ts';
import type { AttentionKind } from './operations.ts';

/** What the program looks at. */
export interface ProgramParts {
  readonly model: string;
  readonly text: string;
  readonly device: string;
  /** Which attention is shown, as far as the model was loaded. */
  readonly kind: AttentionKind | undefined;
}

/** The shown attention as a program for Node. */
export function programOf({ model, text, device, kind = 'self' }: ProgramParts): string {
  const isPair = kind !== 'self';
  const auto = isPair ? 'AutoModelForSeq2SeqLM' : 'AutoModel';
  const names = [
    auto,
    ...(isPair ? ['generate'] : []),
    ...(device === 'auto' ? [] : ['setDefaultDevice']),
  ];
  const forward = isPair
    ? `const { sequences } = await generate(model, { input_ids: [ids] }, { max_new_tokens: 64 });
const { ${kind}_attentions: attentions } = model.forward({
  input_ids: [ids],
  decoder_input_ids: [sequences[0]!.slice(0, -1)],
  output_attentions: true,
});`
    : 'const { attentions } = model.forward({ input_ids: [ids], output_attentions: true });';
  return `import { ${names.join(', ')} } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';

${device === 'auto' ? '' : `setDefaultDevice('${device}');\n`}const place = ${referenceAsCode(model)};
const tokenizer = await AutoTokenizer.from_pretrained(place);
const model = await ${auto}.from_pretrained(place);

const ids = tokenizer.encode(${JSON.stringify(text)});
${forward}
for (const [layer, weights] of attentions!.entries()) {
  // [batch, heads, queries, keys]
  console.log('layer', layer + 1, weights.shape, await weights.toArray());
}
`;
}
