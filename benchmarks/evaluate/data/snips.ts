import { readText } from './files.ts';

/** A request to an assistant: its words with their slots, as `B-`, `I-` and `O` tags, and what is wanted. */
export type Request = {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly intent: string;
};

/** The intents. */
export const intents = [
  'AddToPlaylist',
  'BookRestaurant',
  'GetWeather',
  'PlayMusic',
  'RateBook',
  'SearchCreativeWork',
  'SearchScreeningEvent',
] as const;

interface Piece {
  readonly text: string;
  readonly entity?: string;
}

/** A part of SNIPS: about 2,000 requests of each intent to learn, 100 of each to score. */
export async function readRequests(part: 'train' | 'validate'): Promise<Request[]> {
  const requests: Request[] = [];
  for (const intent of intents) {
    const file = JSON.parse(await readText(`snips/${part}_${intent}.json.gz`)) as Readonly<
      Record<string, readonly { readonly data: readonly Piece[] }[]>
    >;
    for (const { data } of file[intent]!) requests.push({ ...wordsOf(data), intent });
  }
  return requests;
}

function wordsOf(pieces: readonly Piece[]): Pick<Request, 'words' | 'tags'> {
  const words: string[] = [];
  const tags: string[] = [];
  for (const { text, entity } of pieces) {
    for (const [i, word] of text.split(/\s+/).filter(Boolean).entries()) {
      words.push(word);
      tags.push(entity === undefined ? 'O' : `${i === 0 ? 'B' : 'I'}-${entity}`);
    }
  }
  return { words, tags };
}
