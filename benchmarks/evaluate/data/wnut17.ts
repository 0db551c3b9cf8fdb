import { readText } from './files.ts';

/** Words of a post with their tags, such as `B-person`. */
export interface TaggedPost {
  readonly tokens: readonly string[];
  readonly tags: readonly string[];
}

const files = {
  train: 'wnut17train.conll',
  dev: 'emerging.dev.conll',
  test: 'emerging.test.annotated',
} as const;

/** A part of WNUT-17: 3,394 posts to learn, 1,009 and 1,287 to score. */
export async function readPosts(part: keyof typeof files): Promise<TaggedPost[]> {
  const text = await readText(`wnut17/${files[part]}.gz`);
  return text
    .split(/\r?\n\s*\r?\n/)
    .map((block) => {
      const rows = block.split(/\r?\n/).map((line) => line.trim().split('\t'));
      const words = rows.filter((row) => row.length === 2);
      return { tokens: words.map(([word]) => word!), tags: words.map(([, tag]) => tag!) };
    })
    .filter(({ tokens }) => tokens.length > 0);
}
