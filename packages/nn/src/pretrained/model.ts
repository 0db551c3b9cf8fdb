import { type FileContent, saveFolder } from '@llm/hub';
import { moduleFiles } from '../checkpoint/module.ts';
import { Module } from '../module/module.ts';
import type { ModelConfig, Settings } from './config.ts';
import type { ModelInputs, TensorInputs } from './inputs.ts';
import { toTensors } from './inputs.ts';
import type { LoadReport } from './load-report.ts';

/** Options of `save_pretrained`. */
export interface SavePretrainedOptions {
  /** Further files of the folder, such as a tokenizer's. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
}

/** A model of a family, with its configuration: what `from_pretrained` returns. */
export abstract class PreTrainedModel extends Module {
  readonly config: ModelConfig;
  /** How the checkpoint fitted; undefined for a model that was not loaded. */
  load_report?: LoadReport;
  /** Settings of `generation_config.json`; empty where there is no such file. */
  generation_config: Settings = {};
  /** Class name in Python, for `architectures`. @internal */
  architecture = '';

  constructor(config: ModelConfig) {
    super();
    this.config = config;
  }

  /** What `forward` takes by name. */
  abstract readonly inputNames: readonly (keyof ModelInputs)[];

  /** Takes tensors or plain arrays by Python's names; see `ModelInputs`. */
  abstract override forward(inputs: ModelInputs): object;

  /** Name of the model without a head below this one; empty if this is it. */
  get base_model_prefix(): string {
    return '';
  }

  /** Number of trained and trainable numbers. */
  num_parameters(): number {
    return this.parameters().reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Writes `config.json` and `model.safetensors` (and `generation_config.json`, if the model has one) into a
   * folder, which Python's `from_pretrained` loads too.
   */
  async save_pretrained(folder: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveFolder(folder, await this.toFiles(options));
  }

  /** The files that `save_pretrained` writes, by name: for a page to store or to offer as a download. */
  async toFiles(options: SavePretrainedOptions = {}): Promise<Record<string, FileContent>> {
    const { config, architecture, generation_config } = this;
    const files: Record<string, Uint8Array | string> = { ...options.files };
    if (Object.keys(generation_config).length > 0) {
      files['generation_config.json'] ??= `${JSON.stringify(generation_config, null, 2)}\n`;
    }
    return moduleFiles(this, {
      config: { ...config, ...(architecture && { architectures: [architecture] }) },
      files,
    });
  }

  /** The inputs as tensors. @throws TypeError for a name that this model does not take. */
  protected tensors(inputs: ModelInputs): TensorInputs {
    return toTensors(this.architecture || this.constructor.name, inputs, this.inputNames);
  }
}
