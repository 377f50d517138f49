// Spans and moments in words. Digits stay in their places, so a value that changes does not make its row jump.

/** "0.4 s", "12 s", "4 min", "3 h", "2 d". */
export function span(ms: number): string {
  const n = Math.max(0, ms) / 1000;
  if (n < 9.95) return `${n.toFixed(1)} s`;
  if (n < 120) return `${Math.round(n)} s`;
  if (n < 7200) return `${Math.floor(n / 60)} min`;
  if (n < 172_800) return `${Math.floor(n / 3600)} h`;
  return `${Math.floor(n / 86_400)} d`;
}

/** Whole seconds, for sentences. */
export function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

/** "12:03:04" where the reader is. */
export function clock(at: number): string {
  const when = new Date(at);
  return [when.getHours(), when.getMinutes(), when.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
