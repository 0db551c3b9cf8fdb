import { TextError } from './error.ts';
import { encodingFault } from './mojibake.ts';
import { checkOptions, checkText } from './options.ts';
import { mapText, type TextStep } from './step.ts';

/** Options of {@link cleanText}; all parts are on by default. */
export interface CleanTextOptions {
  /**
   * The Unicode form: `NFC` by default; `NFKC` also makes ligatures, full-width letters and the like plain; `none`
   * leaves characters as they are.
   */
  normalization?: 'NFC' | 'NFKC' | 'none';
  /** Remove control characters other than tab and newline. */
  control_characters?: boolean;
  /**
   * Remove what is invisible: byte order marks, zero-width spaces, soft hyphens, word joiners, direction marks. The
   * zero-width joiner and non-joiner stay, which emoji and Persian are spelled with.
   */
  invisible_characters?: boolean;
  /** Line ends become `\n`, spaces one space, lines are trimmed, and more than one empty line becomes one. */
  white_space?: boolean;
  /** Refuse texts that were decoded wrongly, instead of guessing what they said. */
  refuse_mojibake?: boolean;
}

const CONTROL = /[^\P{Cc}\t\n]/gu;
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;
const LINE_END = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
/** A run of spaces in a line. Unlike `\s+$`, it cannot be tried again from every space of a long run. */
const SPACES = /[\t\p{Zs}]+/gu;

/**
 * Cleans a text.
 *
 * @throws TextError for `lone surrogate`, `replacement character` and `mojibake`; Error for an unknown option.
 */
export function cleanText(text: string, options: CleanTextOptions = {}): string {
  checkText('cleanText', text);
  const settings = checkCleaning(options);
  if (settings.refuse_mojibake) {
    const fault = encodingFault(text);
    if (fault) {
      throw new TextError(
        fault,
        `cleanText: the text was decoded wrongly (${fault}); decode its bytes again with the right encoding`,
      );
    }
  }
  let clean = text;
  if (settings.white_space) clean = clean.replace(LINE_END, '\n');
  if (settings.control_characters) clean = clean.replace(CONTROL, '');
  if (settings.invisible_characters) clean = clean.replace(INVISIBLE, '');
  if (settings.normalization !== 'none') clean = clean.normalize(settings.normalization);
  if (!settings.white_space) return clean;
  const lines = clean.replace(SPACES, ' ').split('\n').map(trimSpace);
  return lines
    .filter((line, at) => line !== '' || (at > 0 && lines[at - 1] !== ''))
    .join('\n')
    .trim();
}

/** A line whose runs of spaces are single without those at its ends. */
function trimSpace(line: string): string {
  return line.slice(
    line.startsWith(' ') ? 1 : 0,
    line.length > 1 && line.endsWith(' ') ? -1 : undefined,
  );
}

function checkCleaning(options: CleanTextOptions): Required<CleanTextOptions> {
  const settings = {
    normalization: 'NFC' as const,
    control_characters: true,
    invisible_characters: true,
    white_space: true,
    refuse_mojibake: true,
    ...options,
  };
  checkOptions(
    'cleanText',
    options,
    Object.keys({
      normalization: 0,
      control_characters: 0,
      invisible_characters: 0,
      white_space: 0,
      refuse_mojibake: 0,
    }),
  );
  if (!['NFC', 'NFKC', 'none'].includes(settings.normalization)) {
    throw new Error(
      `cleanText: normalization is NFC, NFKC or none, got ${JSON.stringify(settings.normalization)}`,
    );
  }
  return settings;
}

/** A step that cleans with {@link cleanText}; drops what was decoded wrongly and what is empty afterwards. */
export function cleanStep(options: CleanTextOptions = {}): TextStep {
  checkCleaning(options);
  return mapText('clean', (text) => {
    const clean = cleanText(text, options);
    if (clean === '') throw new TextError('empty', 'cleanText: nothing is left of the text');
    return clean;
  });
}
