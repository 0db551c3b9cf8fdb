/**
 * GGUF's tensors under the names of transformers, with what its converter changed undone.
 *
 * @module
 */
import type { Checkpoint, MetadataValue } from '@llm/hub';
import { type QuantizedMatrix, Tensor, tensor } from '@llm/tensor';

/** Names below `blk.N` that all architectures here share. */
const blockNames: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/** Gemma has norms before and after each part. */
const gemmaNames: Readonly<Record<string, string>> = {
  ...blockNames,
  post_attention_norm: 'post_attention_layernorm',
  ffn_norm: 'pre_feedforward_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
};

const outerNames: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

/** What the converter did to the weights of an architecture, beside renaming them. */
interface Architecture {
  /** Names below `blk.N`. */
  readonly names: Readonly<Record<string, string>>;
  /** Query and key rows are permuted, from halves of a head to interleaved pairs. */
  readonly permuted?: boolean;
  /** 1 was added to the weights of norms. */
  readonly normsPlusOne?: boolean;
}

/** Architectures that are read, by `general.architecture`. */
const ggufArchitectures: Readonly<Record<string, Architecture>> = {
  llama: { names: blockNames, permuted: true },
  qwen2: { names: blockNames },
  qwen3: { names: blockNames },
  gemma2: { names: gemmaNames, normsPlusOne: true },
  gemma3: { names: gemmaNames, normsPlusOne: true },
};

/**
 * The architecture of a GGUF file.
 *
 * @throws Error naming those that are read, if it is another one.
 */
export function ggufArchitecture(metadata: ReadonlyMap<string, MetadataValue>): string {
  const name = metadata.get('general.architecture');
  if (typeof name === 'string' && Object.hasOwn(ggufArchitectures, name)) return name;
  throw new Error(
    `GGUF: the architecture ${JSON.stringify(name)} is not supported; supported are ${Object.keys(ggufArchitectures).join(', ')}`,
  );
}

/**
 * The name that transformers has for a tensor of a GGUF file.
 *
 * @returns undefined for what transformers computes rather than stores
 * @throws Error for a name that the architecture does not have
 */
export function ggufName({ metadata }: Checkpoint, stored: string): string | undefined {
  if (stored === 'rope_freqs.weight') return undefined;
  const architecture = ggufArchitecture(metadata);
  return rename(stored, ggufArchitectures[architecture]!.names, architecture);
}

/**
 * A tensor of a GGUF file as transformers has it.
 *
 * @param stored its name in the file
 * @param value as the file has it
 */
export async function ggufValue<Value extends Tensor | QuantizedMatrix>(
  { metadata }: Checkpoint,
  stored: string,
  value: Value,
): Promise<Value | Tensor> {
  const architecture = ggufArchitecture(metadata);
  const { permuted = false, normsPlusOne = false } = ggufArchitectures[architecture]!;
  const heads = permuted ? headsOf(stored, architecture, metadata) : undefined;
  if (heads !== undefined) {
    return (
      value instanceof Tensor ? await unpermute(value, heads) : await unpermuteCodes(value, heads)
    ) as Value;
  }
  // Gemma's own norms multiply by 1 + weight.
  if (normsPlusOne && stored.endsWith('norm.weight') && value instanceof Tensor) {
    const values = Float32Array.from((await value.data()) as Float32Array, (one) => one - 1);
    return tensor(values, value.shape);
  }
  return value;
}

function rename(
  stored: string,
  names: Readonly<Record<string, string>>,
  architecture: string,
): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?([a-z_]+)\.(weight|bias)$/.exec(stored) ?? [];
  const table = layer === undefined ? outerNames : names;
  if (part === undefined || !Object.hasOwn(table, part)) {
    throw new Error(`GGUF: architecture ${architecture} has no tensor ${JSON.stringify(stored)}`);
  }
  return `${layer === undefined ? '' : `model.layers.${layer}.`}${table[part]}.${kind}`;
}

/** Heads of a query or key projection; undefined for other tensors. */
function headsOf(
  stored: string,
  architecture: string,
  metadata: ReadonlyMap<string, MetadataValue>,
): number | undefined {
  const part = /^blk\.\d+\.attn_([qk])\./.exec(stored)?.[1];
  if (part === undefined) return undefined;
  const all = metadata.get(`${architecture}.attention.head_count`);
  const heads =
    part === 'q' ? all : (metadata.get(`${architecture}.attention.head_count_kv`) ?? all);
  if (typeof heads === 'number' && Number.isSafeInteger(heads) && heads > 0) return heads;
  throw new Error(`GGUF: ${architecture}.attention.head_count is missing or no number of heads`);
}

/** As `unpermute`: rows of codes move with their scales. */
async function unpermuteCodes(matrix: QuantizedMatrix, heads: number): Promise<QuantizedMatrix> {
  const { codes, scales, offsets } = matrix;
  return {
    ...matrix,
    codes: await unpermute(codes, heads),
    scales: await unpermute(scales, heads),
    ...(offsets && { offsets: await unpermute(offsets, heads) }),
  };
}

/** From interleaved pairs of rows in each head back to halves: [heads, half, 2, …] to [heads, 2, half, …]. */
async function unpermute(value: Tensor, heads: number): Promise<Tensor> {
  const [rows = 0, ...rest] = value.shape;
  const half = rows / heads / 2;
  if (!Number.isInteger(half)) {
    throw new Error(`GGUF: ${rows} rows of queries or keys are no whole pairs in ${heads} heads`);
  }
  const source = await value.data();
  const width = rest.reduce((product, size) => product * size, 1);
  const target = source.slice();
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < 2 * half; row++) {
      const from = (2 * half * head + 2 * (row % half) + Math.floor(row / half)) * width;
      target.set(source.subarray(from, from + width), (2 * half * head + row) * width);
    }
  }
  return tensor(target, value.shape, { dtype: value.dtype });
}
