// The page's answer to "what is the matter": on a standby the warning, on the master that it manages.
import type { Link, Situation as Words } from '../words/situation';
import { Glyph } from './Glyph';

export function Situation({ words }: { readonly words: Words }) {
  return (
    <section className={`situation tone-${words.tone}`} aria-labelledby="situation">
      <Glyph tone={words.tone} />
      <div>
        <h1 id="situation">{words.headline}</h1>
        {words.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {words.links.length > 0 && (
          <ul className="actions">
            {words.links.map((link, index) => (
              <li key={link.node}>
                <a className={index === 0 ? 'button button-first' : 'button'} href={samePage(link)} rel="noopener">
                  Open this page on {link.node}
                </a>
                <span className="secondary">{link.note}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

/** The same path on the other server: addresses name what is shown, not who shows it. */
function samePage({ uri }: Link): string {
  if (typeof location === 'undefined') return uri;
  return new URL(`${location.pathname}${location.search}`, uri).href;
}
