// Reads JSON that came from outside. A field of the wrong kind becomes its neutral value: a page that is looked at
// during a failure shows what it has rather than nothing.

/** An object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text that says something, else null. */
export function word(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export function list<T>(value: unknown, read: (item: Fields) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    const found = fields(item);
    const one = found && read(found);
    return one === null ? [] : [one];
  });
}
