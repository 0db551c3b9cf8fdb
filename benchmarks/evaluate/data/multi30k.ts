import { readText } from './files.ts';

/** A caption in English and German. */
export interface CaptionPair {
  readonly source: string;
  readonly target: string;
}

/** A part of Multi30k, English to German: 29,000 captions to learn, 1,014 and 1,000 to score. */
export async function readCaptions(
  part: 'train' | 'val' | 'test_2016_flickr',
): Promise<CaptionPair[]> {
  const lines = async (language: string) =>
    (await readText(`multi30k/${part}.${language}.gz`)).trimEnd().split('\n');
  const [english, german] = await Promise.all([lines('en'), lines('de')]);
  if (english.length !== german.length) {
    throw new Error(
      `multi30k/${part}: ${english.length} English and ${german.length} German lines`,
    );
  }
  return english.map((source, i) => ({ source: source.trim(), target: german[i]!.trim() }));
}
