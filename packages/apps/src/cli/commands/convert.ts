import { openSource } from '@llm/hub';
import { autoClassOf, loadConfig } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import { type Command, Option } from 'commander';
import { architectureOf } from '../../architecture.ts';
import { downloadBar } from '../download-bar.ts';
import { UsageError } from '../failure.ts';
import type { Io } from '../io.ts';

interface ConvertOptions {
  readonly dtype: 'f32' | 'f16' | 'bf16';
  readonly ggufFile?: string;
  readonly tokenizer: boolean;
}

/** `llm convert MODEL FOLDER`: any readable checkpoint as a folder of safetensors. */
export function addConvert(program: Command, io: Io): void {
  program
    .command('convert')
    .argument('<model>', 'repository, folder or URL: safetensors, pytorch_model.bin or GGUF')
    .argument('<folder>', 'where config.json, model.safetensors and the tokenizer go')
    .description('write a model as safetensors, in another element type or from GGUF')
    .addOption(
      new Option('--dtype <type>', 'element type of the weights')
        .choices(['f32', 'f16', 'bf16'])
        .default('f32'),
    )
    .option('--gguf-file <name>', 'the GGUF file, where there are several')
    .option('--no-tokenizer', 'leave the tokenizer out')
    .addHelpText('after', '\nExample\n  llm convert openai-community/gpt2 gpt2-f16 --dtype f16')
    .action((model: string, folder: string, options: ConvertOptions) =>
      convert(io, model, folder, options),
    );
}

async function convert(
  io: Io,
  location: string,
  folder: string,
  { dtype, ggufFile, tokenizer }: ConvertOptions,
): Promise<void> {
  const gguf = ggufFile === undefined ? {} : { gguf_file: ggufFile };
  const config = await loadConfig(openSource(location, { signal: io.signal }), ggufFile);
  const name = architectureOf(config) ?? 'GgufForCausalLM'; // GGUF files hold decoders
  const auto = autoClassOf(name);
  if (!auto) {
    throw new UsageError(
      `convert: cannot tell what head ${name} has; it is no class that is known here`,
    );
  }
  const bar = await downloadBar(io);
  const loading = { progress: bar.listener, signal: io.signal };
  try {
    const [model, files] = await Promise.all([
      auto.from_pretrained(location, { dtype, ...gguf, ...loading }),
      tokenizer
        ? AutoTokenizer.from_pretrained(location, { ...gguf, ...loading }).then((made) =>
            made.toFiles(),
          )
        : {},
    ]);
    await model.save_pretrained(folder, { files });
    io.out.write(
      `${name}, ${model.num_parameters().toLocaleString('en')} parameters as ${dtype}: ${folder}\n`,
    );
  } finally {
    bar.end();
  }
}
