import { openCheckpoint, openSource } from '@llm/hub';
import { loadConfig, supportedModelTypes } from '@llm/nn';
import { type Command, Option } from 'commander';
import { architectureOf } from '../../architecture.ts';
import { type Io, writeJson } from '../io.ts';
import { wholeNumber } from '../model-options.ts';
import { explainModel } from './explain-model.ts';

interface InspectOptions {
  readonly kernels?: boolean;
  readonly batch: number;
  readonly tokens: number;
  readonly device: string;
  readonly tensors?: boolean;
  readonly json?: boolean;
}

/** `llm inspect MODEL`: what a repository holds, without loading it. */
export function addInspect(program: Command, io: Io): void {
  program
    .command('inspect')
    .argument('<model>', 'repository, folder or URL')
    .description(
      "show a model's configuration, parameters and size, and the kernels that run it; weights are read for kernels alone",
    )
    .option('--tensors', 'list every tensor')
    .option('--kernels', 'list the kernels of a forward pass and the memory it takes')
    .option('--batch <count>', 'texts of that pass', wholeNumber(), 1)
    .option('--tokens <count>', 'tokens of each', wholeNumber(), 128)
    .addOption(
      new Option('--device <name>', 'where it would run')
        .choices(['auto', 'webgpu', 'wasm'])
        .default('auto'),
    )
    .option('--json', 'print JSON')
    .action(async (model: string, options: InspectOptions) => {
      const inspected = await inspect(model, io.signal);
      const architecture = architectureOf(inspected.config) ?? 'GgufForCausalLM';
      const kernels = options.kernels
        ? await explainModel(model, { ...options, architecture }, io)
        : undefined;
      const found = {
        ...inspected,
        ...(kernels !== undefined && { kernels: kernels.split('\n') }),
      };
      if (options.json) return writeJson(io, found);
      const { config, parameters, bytes, dtypes, files, format, supported } = found;
      const lines = [
        `${found.location}`,
        `  type        ${String(config.model_type)}${supported ? '' : ' (not supported)'}`,
        `  format      ${format}: ${files.join(', ')}`,
        `  parameters  ${parameters.toLocaleString('en')}`,
        `  size        ${(bytes / 1e6).toFixed(1)} MB (${Object.entries(dtypes)
          .map(([dtype, count]) => `${dtype}: ${count} tensors`)
          .join(', ')})`,
        `  as f32      ${((4 * parameters) / 1e6).toFixed(1)} MB`,
        '',
        ...settingLines(config),
      ];
      if (options.tensors) {
        lines.push(
          '',
          ...found.tensors.map(
            ({ name, dtype, shape }) => `  ${name}  ${dtype}[${shape.join(', ')}]`,
          ),
        );
      }
      if (kernels !== undefined) {
        lines.push(
          '',
          `A forward pass of ${options.batch} × ${options.tokens} tokens`,
          '',
          kernels,
        );
      }
      io.out.write(`${lines.join('\n')}\n`);
    });
}

async function inspect(model: string, signal: AbortSignal) {
  const source = openSource(model, { signal });
  const config = await loadConfig(source);
  const checkpoint = await openCheckpoint(source);
  try {
    const tensors = [...checkpoint.tensors].map(([name, tensor]) => ({ name, ...tensor }));
    const dtypes: Record<string, number> = {};
    for (const { dtype } of tensors) dtypes[dtype] = (dtypes[dtype] ?? 0) + 1;
    const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
    return {
      location: source.location,
      supported: supportedModelTypes().includes(String(config.model_type)),
      config,
      format: checkpoint.format,
      files: checkpoint.files,
      parameters: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      bytes: tensors.reduce((sum, { byteLength }) => sum + byteLength, 0),
      dtypes,
      tensors: tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    };
  } finally {
    await checkpoint.close();
  }
}

/** Settings that fit a line; tables of labels and the like are cut. */
function settingLines(config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config)
    .filter(([name]) => name !== 'model_type')
    .map(([name, value]) => {
      const text = JSON.stringify(value);
      return `  ${name} = ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
    });
}
