import { CHARACTER_TO_BYTE } from '../byte-alphabet.ts';
import type { Decoder } from '../decoders/decoder.ts';
import type { Tokenizer } from '../tokenizer.ts';

const BYTE_TOKEN = /^<0x([\da-fA-F]{2})>$/;
/** What stands around a token while it is decoded: a letter that no decoder changes. */
const NEIGHBOR = 'a';

/**
 * The bytes that each token adds to a text in whose middle it stands; special tokens are left out. Bytes of
 * several tokens put together are the text's, though one token's may be part of a character.
 *
 * @throws Error if the decoder writes a token otherwise depending on its neighbors
 */
export function tokenBytes(tokenizer: Tokenizer): Map<number, Uint8Array> {
  const { decoder } = tokenizer.parts;
  const kinds = kindsOf(decoder);
  const encoder = new TextEncoder();
  const special = new Set(
    tokenizer.addedVocabulary.tokens.filter(([, token]) => token.special).map(([id]) => id),
  );
  const result = new Map<number, Uint8Array>();
  for (const [token, id] of tokenizer.vocab()) {
    if (special.has(id)) continue;
    const byte = kinds.has('ByteFallback') ? BYTE_TOKEN.exec(token) : null;
    if (byte) result.set(id, Uint8Array.of(Number.parseInt(byte[1]!, 16)));
    else if (kinds.has('ByteLevel')) result.set(id, spelled(token, encoder));
    else result.set(id, encoder.encode(textOf(token, decoder)));
  }
  return result;
}

/** A token of the byte alphabet; one with another character stands for itself, as in the decoder. */
function spelled(token: string, encoder: TextEncoder): Uint8Array {
  const bytes = Array.from(token, (character) => CHARACTER_TO_BYTE.get(character));
  return bytes.includes(undefined) ? encoder.encode(token) : Uint8Array.from(bytes as number[]);
}

function textOf(token: string, decoder: Decoder | undefined): string {
  const chain = [NEIGHBOR, token, NEIGHBOR];
  if (!decoder) return ` ${token}`;
  const between = decoder.decodeChain(chain).join('');
  const alone = decoder.decodeChain([NEIGHBOR, NEIGHBOR]).join('');
  const end = alone.slice(NEIGHBOR.length);
  if (!between.startsWith(NEIGHBOR) || !between.endsWith(end)) {
    throw new Error(
      `tokenizer.token_bytes: the decoder writes ${JSON.stringify(token)} by its neighbors, so it has no bytes of its own`,
    );
  }
  return between.slice(NEIGHBOR.length, between.length - end.length);
}

/** The types of a decoder and of its parts. */
function kindsOf(decoder: Decoder | undefined): ReadonlySet<unknown> {
  const kinds = new Set<unknown>();
  const visit = (json: unknown): void => {
    const { type, decoders } = json as { type?: unknown; decoders?: readonly unknown[] };
    kinds.add(type);
    decoders?.forEach(visit);
  };
  if (decoder) visit(decoder.toJson());
  return kinds;
}
