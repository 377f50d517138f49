// What is wrong with the store, now and for good. Absent when nothing is.
import type { Cluster } from '../wire/cluster';
import { sentence } from '../words/sentence';
import { plural } from '../words/time';
import { Glyph } from './Glyph';

export function Trouble({ cluster }: { readonly cluster: Cluster }) {
  const { damage, storeTrouble } = cluster;
  if (damage.length === 0 && storeTrouble === '') return null;
  return (
    <section className="trouble tone-err" aria-labelledby="trouble">
      <Glyph tone="err" />
      <div>
        <h2 id="trouble">{storeTrouble === '' ? 'The store is damaged' : 'The store is in trouble'}</h2>
        {storeTrouble !== '' && <p>{sentence(storeTrouble, false)}</p>}
        {damage.length > 0 && (
          <>
            <p>{plural(damage.length, 'file')} cannot be read. Everything else is served; what may be missing is named:</p>
            <ul>
              {damage.map(({ file, what }) => (
                <li key={`${file} ${what}`}>
                  <code>{file}</code> {sentence(what, false)}
                </li>
              ))}
            </ul>
            <p>
              To see more: <code>bin/brownstone store verify</code> with the folder of the plane.
            </p>
          </>
        )}
      </div>
    </section>
  );
}
