import { TextError } from './error.ts';
import { checkNumber, checkOptions, checkText } from './options.ts';
import { mapText, type TextStep } from './step.ts';

/** Options of {@link htmlToText}. */
export interface HtmlToTextOptions {
  /** CSS selectors of the parts to read, such as `['article', 'main']`; all of `body` by default. */
  selectors?: readonly string[];
  /** CSS selectors of parts to leave out beside scripts and styles, such as `['nav', 'footer']`; none by default. */
  skip?: readonly string[];
  /** Write the address of a link after its text; false by default. */
  links?: boolean;
  /** Longest input, in UTF-16 units; 16,777,216 by default. Longer ones are refused, never cut. */
  max_length?: number;
}

/** Elements nested deeper than this are no honest page; a reader that descends them would overflow the stack. */
const MAX_DEPTH = 2000;
/** Elements that hold nothing, or that the next of their kind closes: they do not nest by being left open. */
const UNNESTED = new Set(
  'area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot option'.split(
    ' ',
  ),
);

/** At least how deep the elements of a page are nested, by one look at its tags. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z][a-z0-9-]{0,30})/gi)) {
    if (UNNESTED.has(name!.toLowerCase())) continue;
    depth = Math.max(0, depth + (slash === '' ? 1 : -1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Turns HTML into text; made by {@link htmlReader}. */
export type HtmlReader = (html: string) => string;

/**
 * Loads the `html-to-text` package and makes a function of it: paragraphs are set apart by empty lines, items of
 * lists by lines, table rows by lines and their cells by spaces; images, scripts and styles are left out; lines are not wrapped.
 *
 * @throws Error for an unknown option. The function made throws TextError for `html too long` and `html too deep`.
 */
export async function htmlReader(options: HtmlToTextOptions = {}): Promise<HtmlReader> {
  const maxLength = checkHtml(options);
  const { compile } = await import('html-to-text');
  const convert = compile({
    wordwrap: false,
    baseElements: {
      selectors: [...(options.selectors ?? ['body'])],
      returnDomByDefault: options.selectors === undefined,
    },
    limits: { maxInputLength: maxLength },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { ignoreHref: options.links !== true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
      ...['head', 'title', 'script', 'style', 'noscript', 'template', ...(options.skip ?? [])].map(
        (selector) => ({
          selector,
          format: 'skip',
        }),
      ),
    ],
  });
  return (html) => {
    checkText('htmlToText', html);
    if (html.length > maxLength) {
      throw new TextError(
        'html too long',
        `htmlToText: ${html.length} UTF-16 units are more than max_length ${maxLength}; raise it or cut the page`,
      );
    }
    if (depthOf(html) > MAX_DEPTH) {
      throw new TextError(
        'html too deep',
        `htmlToText: elements are nested more than ${MAX_DEPTH} deep, which no honest page is`,
      );
    }
    return convert(html);
  };
}

/**
 * Turns one page into text; {@link htmlReader} is for many.
 *
 * @throws TextError for `html too long` and `html too deep`; Error for an unknown option.
 */
export async function htmlToText(html: string, options: HtmlToTextOptions = {}): Promise<string> {
  return (await htmlReader(options))(html);
}

/** A step that turns HTML into text; drops pages that are too long, too deep, or hold no text. */
export function htmlStep(options: HtmlToTextOptions = {}): TextStep {
  checkHtml(options);
  return {
    name: 'html',
    async start() {
      const read = await htmlReader(options);
      const step = mapText('html', (html) => {
        const text = read(html);
        if (text.trim() === '') throw new TextError('empty', 'htmlToText: the page holds no text');
        return text;
      });
      return step.start();
    },
  };
}

function checkHtml(options: HtmlToTextOptions): number {
  checkOptions('htmlToText', options, ['selectors', 'skip', 'links', 'max_length']);
  return checkNumber('htmlToText', 'max_length', options.max_length ?? 1 << 24, 1, 1 << 28, true);
}
