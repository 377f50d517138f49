// Opens and ends the session of this browser on this server. The password is sent once and kept nowhere.
import { ask } from './ask';

export type SignIn = { readonly done: true } | { readonly done: false; readonly why: string };

const CSRF_MODE = { 'X-Csrf-Token-Required-For-Requests': 'write' };
/** A password is checked slowly on purpose. */
const LIMIT_MS = 10_000;

export async function signIn(user: string, password: string): Promise<SignIn> {
  const answer = await ask('/v1/server/user', { headers: { ...CSRF_MODE, Authorization: basic(user, password) } }, LIMIT_MS);
  switch (answer.kind) {
    case 'ok':
      return await seen();
    case 'login':
      return { done: false, why: 'User and password do not match.' };
    case 'silent':
      return { done: false, why: `This server could not be asked: ${answer.why}.` };
    case 'refused':
      return { done: false, why: refusal(answer.status, answer.message, answer.headers.get('Retry-After')) };
  }
}

/** Whether the cookie came back: without it the page would ask for the login again and again. */
async function seen(): Promise<SignIn> {
  const answer = await ask('/v1/server/user', { headers: CSRF_MODE });
  if (answer.kind !== 'login') return { done: true };
  return { done: false, why: 'The password is right, but this browser kept no cookie of this server. Allow its cookies, then log in again.' };
}

function refusal(status: number, message: string, after: string | null): string {
  if (status === 429) return `Too many wrong passwords. Try again in ${after ?? 'a few'} s.`;
  return message === '' ? `This server answered ${status}.` : `This server answered ${status}: ${message}.`;
}

/** Null when the session is over, else why it is not. */
export async function signOut(): Promise<string | null> {
  // Servers on one host overwrite each other's token cookie; this brings back the one of this server.
  await ask('/v1/server/user');
  const token = /(?:^|; )XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1] ?? '';
  const answer = await ask('/v1/logout', { method: 'POST', headers: { 'X-XSRF-TOKEN': token } });
  switch (answer.kind) {
    case 'ok':
    case 'login':
      return null;
    case 'silent':
      return `The session may still be open: ${answer.why}.`;
    case 'refused':
      return `The session is still open (${answer.status} ${answer.message}). It ends by itself an hour after its last use, or when the server stops.`;
  }
}

export function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}
