import { readFileSync } from 'node:fs';

/** What tools/reference/train_metrics.py wrote under a name. */
export function fixture<Content>(name: string): Content {
  const file = new URL(`./fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}
