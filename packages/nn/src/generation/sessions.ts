import { type GenerativeModel, makeSession, type Session, type SessionShape } from './session.ts';

/** Sessions kept per model; each holds a cache of keys and values. */
const kept = 8;

interface Entry {
  readonly key: string;
  readonly session: Session;
  isBusy: boolean;
}

const sessions = new WeakMap<GenerativeModel, Entry[]>();

/**
 * A session of these sizes that nobody uses, from those that earlier calls made, or a new one.
 *
 * @returns the session, and how to give it back
 */
export function borrowSession(
  model: GenerativeModel,
  shape: SessionShape,
): { session: Session; giveBack: () => void } {
  const key = JSON.stringify(shape);
  const entries = sessions.get(model) ?? [];
  sessions.set(model, entries);
  let entry = entries.find((each) => each.key === key && !each.isBusy);
  if (entry) {
    entries.splice(entries.indexOf(entry), 1);
    entries.unshift(entry);
  } else {
    entry = { key, session: makeSession(model, shape), isBusy: true };
    entries.unshift(entry);
    const idle = entries.filter(({ isBusy }) => !isBusy);
    for (const old of idle.slice(kept - 1)) {
      entries.splice(entries.indexOf(old), 1);
      old.session.dispose();
    }
  }
  entry.isBusy = true;
  const borrowed = entry;
  return {
    session: borrowed.session,
    giveBack: () => {
      borrowed.isBusy = false;
    },
  };
}

/** Frees the compiled plans and caches that generation keeps for a model. */
export function releaseSessions(model: GenerativeModel): void {
  for (const { session } of sessions.get(model) ?? []) session.dispose();
  sessions.delete(model);
}
