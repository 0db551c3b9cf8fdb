import { splitCorpus, type TranslationSettings, toTask, translationSettings } from '@llm/apps';

/** A model and a run small enough to train in seconds. */
export const tinySettings: TranslationSettings = translationSettings({
  vocabulary: 400,
  width: 32,
  heads: 2,
  inner: 64,
  layers: 1,
  dropout: 0.1,
  warmupSteps: 4,
  epochs: 4,
  tokensPerBatch: 120,
  buckets: [10, 20],
  seed: 3,
});

const verbs = [
  ['Open', 'öffnen'],
  ['Close', 'schließen'],
  ['Save', 'speichern'],
  ['Delete', 'löschen'],
  ['Move', 'verschieben'],
] as const;
const things = [
  ['the file', 'Datei'],
  ['the folder', 'Ordner'],
  ['the window', 'Fenster'],
  ['the editor', 'Editor'],
  ['the terminal', 'Terminal'],
  ['all tabs of the group', 'Alle Registerkarten der Gruppe'],
] as const;

/** A corpus of thirty made-up strings, some of them held out. */
export const tinyCorpus = splitCorpus(
  verbs.flatMap(([verb, german]) =>
    things.map(([thing, noun]) => ({
      source: `${verb} ${thing}`,
      target: `${noun} hier und jetzt ${german}`,
      origin: 'workbench' as const,
    })),
  ),
  { heldOutOneIn: 5 },
);

/** The tiny corpus in tokens. */
export const tinyTask = () => toTask(tinyCorpus, tinySettings);
