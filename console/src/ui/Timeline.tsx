// What changed while the page was open. Not read out line by line: the few things that matter at once are announced.
import type { Moment } from '../follow/memory';
import { clock } from '../words/time';
import { Glyph } from './Glyph';

export function Timeline({ moments }: { readonly moments: readonly Moment[] }) {
  return (
    <section className="card timeline" aria-labelledby="timeline">
      <header>
        <h2 id="timeline">What changed</h2>
      </header>
      <ol role="log" aria-live="off" aria-labelledby="timeline">
        {moments.map(({ n, at, tone, words }) => (
          <li key={n} className={`tone-${tone}`}>
            <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
              {clock(at)}
            </time>
            <Glyph tone={tone} />
            <span>{words}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Interrupts a screen reader for a master lost or found and for silence; the rest waits its turn. */
export function Announcer({ moments }: { readonly moments: readonly Moment[] }) {
  const newest = moments[0];
  const say = (isLoud: boolean) => (newest?.loud === isLoud ? newest.words : '');
  return (
    <>
      <div className="unseen" aria-live="assertive">
        {say(true)}
      </div>
      <div className="unseen" aria-live="polite">
        {say(false)}
      </div>
    </>
  );
}
