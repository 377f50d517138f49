// Answers as a server would, from recorded scenes, so that every state of the page can be looked at without making
// it happen. Used by `npm run dev`, `npm run preview` and scripts/pictures.mjs; it is not part of what is built.
import { reasons, scenes } from './scenes.mjs';

const COOKIE = 'SCENE';

/** The policy of the real server: what breaks under it must break here too. */
export const POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/** Connect-style middleware. The scene comes from `?scene=` of the page and stays in a cookie. */
export function answer(request, response, next) {
  const url = new URL(request.url ?? '/', 'http://fixture');
  const asked = url.searchParams.get('scene');
  if (asked) response.setHeader('Set-Cookie', `${COOKIE}=${encodeURIComponent(asked)}; Path=/; SameSite=Lax`);
  const kept = /(?:^|; )SCENE=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
  const scene = scenes[decodeURIComponent(asked ?? kept ?? 'master')] ?? scenes.master;
  if (!/^\/(v1|ha)\//.test(url.pathname)) return next();

  const cluster = scene.cluster?.(Date.now()) ?? null;
  const told = scene.headers ?? (cluster ? { role: cluster.role, term: cluster.term, master: cluster.masterUri } : null);
  if (told) {
    response.setHeader('X-HA-Role', told.role);
    response.setHeader('X-HA-Term', String(told.term));
    if (told.master) response.setHeader('X-HA-Master', told.master);
  }
  if (scene.isDead) return void request.socket.destroy();
  if (scene.needsLogin) return send(response, 401, 'Authentication failed');
  switch (url.pathname) {
    case '/ha/cluster':
      return send(response, 200, cluster);
    case '/v1/applications/fetch':
      return scene.applications
        ? send(response, 200, url.searchParams.has('items') ? [...scene.applications, ...reasons] : scene.applications)
        : send(response, 403, { message: scene.refusal ?? 'not here', error: 403 });
    case '/v1/server/user':
      return send(response, 200, 'admin');
    default:
      return send(response, 404, { message: `${url.pathname} is not in the fixture`, error: 404 });
  }
}

function send(response, status, body) {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(typeof body === 'string' && status !== 200 ? body : JSON.stringify(body));
}
