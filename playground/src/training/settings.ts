/**
 * What can be set about a training, as fields of the form and of links.
 *
 * @module
 */
import type { Parameters } from '../state/link.ts';

/** Settings of a training on the page; the rest is as in `npm start`. */
export interface TrainingSettings {
  /** Passes over the pairs. */
  readonly epochs: number;
  /** Size of the vectors that stand for tokens. */
  readonly width: number;
  /** Layers of the encoder, and of the decoder. */
  readonly layers: number;
  /** Tokens of the vocabulary. */
  readonly vocabulary: number;
  /** Learning rate at its highest. */
  readonly learningRate: number;
  /** Chooses the initial weights and the order of the pairs. */
  readonly seed: number;
}

/** A number in the form. */
export interface NumberField {
  readonly name: keyof TrainingSettings;
  readonly label: string;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** What the number must be a multiple of; 0 for any number. */
  readonly step: number;
}

/** The fields in their order. The usual values give readable translations after about a minute. */
export const fields: readonly NumberField[] = [
  { name: 'epochs', label: 'Passes over the pairs', usual: 10, least: 1, most: 200, step: 1 },
  { name: 'width', label: 'Width', usual: 128, least: 16, most: 512, step: 16 },
  { name: 'layers', label: 'Layers', usual: 2, least: 1, most: 6, step: 1 },
  { name: 'vocabulary', label: 'Vocabulary', usual: 2000, least: 300, most: 16_000, step: 1 },
  { name: 'learningRate', label: 'Learning rate', usual: 0.005, least: 1e-6, most: 1, step: 0 },
  { name: 'seed', label: 'Seed', usual: 1, least: 0, most: 2 ** 32 - 1, step: 1 },
];

/** Settings of a link. @throws RangeError for a number that cannot be used, naming the field. */
export function readSettings(parameters: Parameters): TrainingSettings {
  const entries = fields.map(({ name, label, usual, least, most, step }) => {
    const text = parameters[name]?.trim() ?? String(usual);
    const value = Number(text);
    const fits = text !== '' && value >= least && value <= most;
    if (!fits || (step > 0 && value % step !== 0)) {
      const kind =
        step === 0 ? 'a number' : step === 1 ? 'a whole number' : `a multiple of ${step}`;
      throw new RangeError(`${label} wants ${kind} from ${least} to ${most}: got "${text}"`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as TrainingSettings;
}

/** A name under which a model can be saved, and which a link can hold. @throws RangeError for another one. */
export function checkModelName(name: string): string {
  if (/^[\w-][\w .-]{0,63}$/.test(name) && name.trim() === name) return name;
  throw new RangeError(
    `a model's name wants 1 to 64 letters, digits, spaces, dots and hyphens: got "${name}"`,
  );
}

/** The settings as `@llm/apps` takes them. */
export function translationOptions({ width, ...settings }: TrainingSettings) {
  return {
    ...settings,
    width,
    heads: width % 32 === 0 ? width / 32 : 1,
    inner: 4 * width,
    warmupSteps: 100,
    tokensPerBatch: 512,
    buckets: [8, 12, 16, 24, 32],
  };
}
