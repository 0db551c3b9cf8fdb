import { openSource, parseJson } from '@llm/hub';
import {
  AutoModel,
  autoClassOf,
  type CausalLM,
  checkOptions,
  decodeTensors,
  generate,
  type ModelInputs,
  type PreTrainedModel,
  releaseSessions,
  type Seq2SeqLM,
  setDefaultDevice,
  type Tensor,
} from '@llm/nn';

/** What one device makes of one model family. */
export interface VerifyResult {
  readonly family: string;
  readonly device: string;
  /** Largest absolute difference of the outputs from those of transformers; undefined after an error. */
  readonly difference?: number;
  /** Whether greedy search chose the same tokens; undefined for models that generate nothing, or after an error. */
  readonly same_tokens?: boolean;
  /** What went wrong, where something did. */
  readonly error?: string;
  readonly ok: boolean;
}

/** Options of `verify`. */
export interface VerifyOptions {
  /** Devices by name, such as `['wasm', 'webgpu']`; the last one stays the program's default. */
  readonly devices: readonly string[];
  /** Where the models are: the folder `parity` of this package's build, or the same on a server. */
  readonly fixtures: string | URL;
  /** Only these families. Default: all. */
  readonly families?: readonly string[];
  /** Called with each result as it comes. */
  readonly on_result?: (result: VerifyResult) => void;
  /** Ends the work after the model it is at. */
  readonly signal?: AbortSignal;
}

/** Outputs may differ by this much from those of transformers, which sums in another order. */
const tolerance = 1e-4;
const newTokens = 10;

/**
 * Runs a small model of every family on the devices of this machine, and compares outputs and generated tokens with
 * those of transformers.
 *
 * @throws RangeError for a family that there is not
 */
export async function verify(options: VerifyOptions): Promise<VerifyResult[]> {
  checkOptions('verify', options, ['devices', 'fixtures', 'families', 'on_result', 'signal']);
  const { devices, on_result, signal } = options;
  const folder = String(options.fixtures).replace(/\/$/, '');
  const index = await openSource(locate(folder)).read('families.json');
  const known = parseJson(index, 'families.json') as string[];
  const wrong = options.families?.find((family) => !known.includes(family));
  if (wrong !== undefined) {
    throw new RangeError(`verify: there is no family ${wrong}; there are ${known.join(', ')}`);
  }
  const results: VerifyResult[] = [];
  for (const device of devices) {
    setDefaultDevice(device);
    for (const family of options.families ?? known) {
      signal?.throwIfAborted();
      const result = await verifyFamily(locate(`${folder}/${family}`), family, device);
      results.push(result);
      on_result?.(result);
    }
  }
  return results;
}

async function verifyFamily(
  location: string | URL,
  family: string,
  device: string,
): Promise<VerifyResult> {
  try {
    const source = openSource(location);
    const { tensors } = decodeTensors(await source.read('expected.safetensors'));
    const part = (kind: string): Record<string, Tensor> =>
      Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => name.startsWith(`${kind}.`))
          .map(([name, value]) => [name.slice(kind.length + 1), value]),
      );
    const config = parseJson(await source.read('config.json'), 'config.json') as {
      architectures: string[];
    };
    const auto = autoClassOf(config.architectures[0]!) ?? AutoModel;
    const model: PreTrainedModel = await auto.from_pretrained(location);
    const output = model.forward(part('input') as ModelInputs) as Record<string, Tensor>;
    let difference = 0;
    for (const [name, want] of Object.entries(part('output'))) {
      difference = Math.max(difference, await largestDifference(output[name]!, want));
    }
    const { greedy } = part('generated');
    const same_tokens = greedy && (await generatesSame(model, part('prompt'), greedy));
    const ok = difference <= tolerance && same_tokens !== false;
    return { family, device, difference, ...(greedy && { same_tokens: same_tokens! }), ok };
  } catch (error) {
    return { family, device, error: (error as Error).message, ok: false };
  }
}

async function generatesSame(
  model: PreTrainedModel,
  prompt: ModelInputs,
  want: Tensor,
): Promise<boolean> {
  const generator = model as CausalLM | Seq2SeqLM;
  const { sequences } = await generate(generator, prompt, { max_new_tokens: newTokens });
  releaseSessions(generator);
  const skip = model.config.is_encoder_decoder
    ? 0
    : (prompt as { input_ids: Tensor }).input_ids.shape[1]!;
  const found = sequences.map((row) => row.slice(skip));
  return JSON.stringify(found) === JSON.stringify(await want.toArray());
}

async function largestDifference(got: Tensor, want: Tensor): Promise<number> {
  if (got.shape.join() !== want.shape.join()) return Number.POSITIVE_INFINITY;
  const [own, other] = [await got.data(), await want.data()];
  let largest = 0;
  for (let i = 0; i < own.length; i++) {
    const difference = Math.abs(Number(own[i]) - Number(other[i]));
    // NaN is no small difference.
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  }
  return largest;
}

/** A path, or an address with a scheme. */
function locate(text: string): string | URL {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(`${text}/`) : text;
}
