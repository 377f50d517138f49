// How the console is built and served while it is worked on.
//
// Nothing may end up inline: the server sends `default-src 'self'`, under which an inline script, an inline style
// and a data: image are all refused.
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

import { answer } from './dev/fixture.mjs';

/** The page waits for its script before it paints, so that a chosen theme never flashes in the other colours. */
function paintOnce(): Plugin {
  return {
    name: 'paint-once',
    apply: 'build',
    transformIndexHtml: (html) => html.replaceAll('<script type="module"', '<script type="module" blocking="render"'),
  };
}

/** Recorded answers in place of a server: `npm run dev`, then open `/?scene=takeover` (see dev/scenes.mjs). */
function fixture(): Plugin {
  return {
    name: 'fixture',
    configureServer: (server) => void server.middlewares.use(answer),
    configurePreviewServer: (server) => void server.middlewares.use(answer),
  };
}

export default defineConfig({
  plugins: [react(), paintOnce(), fixture()],
  build: {
    target: 'es2022',
    // The tokens use light-dark(); browsers since the spring of 2024 know it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
