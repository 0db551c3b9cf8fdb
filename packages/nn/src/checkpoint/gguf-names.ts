/**
 * GGUF's tensors under the names of transformers, with what its converter changed undone.
 *
 * @module
 */
import type { Checkpoint, MetadataValue } from '@llm/hub';
import { type Tensor, tensor, Variable, zeros } from '@llm/tensor';

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
export const ggufArchitectures: Readonly<Record<string, Architecture>> = {
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
 * A tensor of a GGUF file as transformers has it.
 *
 * @param read reads it as it is stored
 * @returns undefined for what transformers computes rather than stores
 * @throws Error for a name that the architecture does not have
 */
export async function ggufTensor(
  { metadata }: Checkpoint,
  stored: string,
  read: () => Promise<Tensor>,
): Promise<{ name: string; value: Tensor } | undefined> {
  if (stored === 'rope_freqs.weight') return undefined;
  const architecture = ggufArchitecture(metadata);
  const { names, permuted = false, normsPlusOne = false } = ggufArchitectures[architecture]!;
  const name = rename(stored, names, architecture);
  const value = await read();
  const head = permuted ? headsOf(stored, architecture, metadata) : undefined;
  if (head !== undefined) return { name, value: await unpermute(value, head) };
  // Gemma's own norms multiply by 1 + weight.
  if (normsPlusOne && name.endsWith('norm.weight')) {
    const values = Float32Array.from((await value.data()) as Float32Array, (one) => one - 1);
    return { name, value: tensor(values, value.shape) };
  }
  return { name, value };
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

/** From interleaved pairs of rows in each head back to halves: [heads, half, 2, …] to [heads, 2, half, …]. */
async function unpermute(value: Tensor, heads: number): Promise<Tensor> {
  if (value instanceof Variable && value.quantized) {
    // Rows of codes move with their scales.
    const { codes, scales, offsets, ...layout } = value.quantized;
    const matrix = {
      ...layout,
      codes: await unpermute(codes, heads),
      scales: await unpermute(scales, heads),
      ...(offsets && { offsets: await unpermute(offsets, heads) }),
    };
    return new Variable(zeros(value.shape), { trainable: false }).quantize(matrix);
  }
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
