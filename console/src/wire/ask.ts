// Asks this server something and tells apart the ways in which that ends. Nothing waits without a limit.

export type Answer =
  | { readonly kind: 'ok'; readonly body: unknown; readonly headers: Headers }
  | { readonly kind: 'login'; readonly headers: Headers }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string; readonly headers: Headers }
  | { readonly kind: 'silent'; readonly why: string };

const LIMIT_MS = 2000;
const MESSAGE_MAX = 300;

/** The server's own login box must not open above ours. */
const BY_PAGE = { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' };

export async function ask(path: string, options: RequestInit = {}, limitMs = LIMIT_MS): Promise<Answer> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    const response = await fetch(path, {
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: limit.signal,
      ...options,
      headers: { ...BY_PAGE, ...options.headers },
    });
    return await judge(response);
  } catch (error) {
    const why = limit.signal.aborted ? `no answer within ${limitMs / 1000} s` : 'the connection failed';
    return { kind: 'silent', why: error instanceof BadAnswer ? error.message : why };
  } finally {
    clearTimeout(timer);
  }
}

class BadAnswer extends Error {}

async function judge(response: Response): Promise<Answer> {
  const { headers, status } = response;
  const body = await response.text();
  if (status === 401) return { kind: 'login', headers };
  if (!response.ok) return { kind: 'refused', status, message: messageOf(body), headers };
  if (body === '') return { kind: 'ok', body: null, headers };
  try {
    return { kind: 'ok', body: JSON.parse(body) as unknown, headers };
  } catch {
    throw new BadAnswer('the answer is not JSON, so it came from something else than a Brownstone server');
  }
}

/** What a refusal says: the sentence of an error body, else its text. */
function messageOf(body: string): string {
  try {
    const read = JSON.parse(body) as { message?: unknown } | null;
    if (typeof read?.message === 'string') return read.message.slice(0, MESSAGE_MAX);
  } catch {
    // Not JSON: the text itself is the message.
  }
  return body.startsWith('<') ? '' : body.trim().slice(0, MESSAGE_MAX);
}
