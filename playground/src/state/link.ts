/**
 * The page's state as the part of its address behind `#`: `#training?epochs=3`. It is never sent to a server.
 *
 * @module
 */

/** Which tab is shown, and its settings. */
export interface Link {
  /** Id of the tab; empty if the address names none. */
  readonly tab: string;
  /** The tab's settings by name. */
  readonly parameters: Parameters;
}

/** A tab's settings, as text. */
export type Parameters = Readonly<Record<string, string>>;

/** Settings to change; undefined removes one. */
export type ParameterChanges = Readonly<Record<string, string | undefined>>;

/** Reads the part behind `#`. Whatever it holds, this does not throw: an address is typed by anybody. */
export function parseLink(hash: string): Link {
  const text = hash.startsWith('#') ? hash.slice(1) : hash;
  const end = text.indexOf('?');
  const tab = end < 0 ? text : text.slice(0, end);
  const search = end < 0 ? '' : text.slice(end + 1);
  return { tab, parameters: Object.fromEntries(new URLSearchParams(search)) };
}

/** The part behind `#`, with its `#`. */
export function formatLink({ tab, parameters }: Link): string {
  const search = new URLSearchParams(parameters).toString();
  return search ? `#${tab}?${search}` : `#${tab}`;
}

/** Settings after changes. */
export function changed(parameters: Parameters, changes: ParameterChanges): Parameters {
  const result: Record<string, string> = { ...parameters } as Record<string, string>;
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}
