// Servers say why in clauses ("the store does not answer"); people read sentences.

/** A clause of a server as a sentence of its own. */
export function sentence(clause: string, capital = true): string {
  const trimmed = clause.trim();
  if (trimmed === '') return '';
  const first = capital ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
