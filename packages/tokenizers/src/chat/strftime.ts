const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
/** English names, as Python prints them in its default locale. */
const named = (date: Date, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-US', options).format(date);

const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => pad(date.getFullYear() % 100),
  m: (date) => pad(date.getMonth() + 1),
  d: (date) => pad(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2, ' '),
  H: (date) => pad(date.getHours()),
  I: (date) => pad(date.getHours() % 12 || 12),
  M: (date) => pad(date.getMinutes()),
  S: (date) => pad(date.getSeconds()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  A: (date) => named(date, { weekday: 'long' }),
  a: (date) => named(date, { weekday: 'short' }),
  B: (date) => named(date, { month: 'long' }),
  b: (date) => named(date, { month: 'short' }),
  '%': () => '%',
};

/**
 * Python's `strftime`, for the directives that chat templates use.
 *
 * @param date - The moment, in local time.
 * @param format - Such as `%d %B %Y`; `%-d` is without the leading zero.
 * @throws Error naming a directive that is not known.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)(.?)/gsu, (directive, bare: string, letter: string) => {
    const print = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (print === undefined) throw new Error(`strftime: the directive ${directive} is not known`);
    const text = print(date);
    return bare === '' ? text : text.replace(/^[0 ]+(?=.)/u, '');
  });
}
