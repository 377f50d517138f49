// The applications with their states, worst first; each opens to what is below it.
import { useState } from 'react';

import type { Applications as Shown } from '../follow/follower';
import { flatten, type Entity, type Problems } from '../wire/applications';
import type { Cluster } from '../wire/cluster';
import { sentence } from '../words/sentence';
import { health, shortType, stateWords, worstFirst } from '../words/state';
import { clock, plural } from '../words/time';
import { Glyph } from './Glyph';

/** Of one parent; the rest is counted. */
const CHILDREN_MAX = 200;

interface Props {
  readonly shown: Shown;
  readonly cluster: Cluster;
}

export function Applications({ shown, cluster }: Props) {
  const { list } = shown;
  return (
    <section className="card" aria-labelledby="applications">
      <header>
        <h2 id="applications">Applications</h2>
        <p className="secondary">{note(shown, cluster)}</p>
      </header>
      {list && list.length > 0 && (
        <ul className="apps">
          {worstFirst(list).map((app) => (
            <li key={app.id}>
              <Application app={app} problems={shown.problems} isAlone={list.length === 1} />
            </li>
          ))}
        </ul>
      )}
      {list?.length === 0 && <Nothing cluster={cluster} />}
    </section>
  );
}

function note({ list, answeredAt, trouble }: Shown, cluster: Cluster): string {
  if (cluster.role === 'STANDBY' && !list) return 'This server holds no state; the master shows them.';
  if (trouble !== '') {
    const why = sentence(trouble);
    return list ? `As of ${clock(answeredAt)}. ${why}` : `Not shown here. ${why}`;
  }
  if (!list) return 'reading';
  const total = plural(list.length, 'application');
  return cluster.role === 'MASTER' ? total : `${total} · read-only here`;
}

interface OneProps {
  readonly app: Entity;
  readonly problems: Problems;
  readonly isAlone: boolean;
}

function Application({ app, problems, isAlone }: OneProps) {
  // Decided once: what the reader opens or closes stays so, whatever happens to the application.
  const [isOpen, setOpen] = useState(() => isAlone || flatten(app).some((entity) => stateWords(entity).tone === 'err'));
  const row = (
    <>
      <State entity={app} />
      <span className="name">{app.name}</span>
      <span className="secondary">{health(app)}</span>
      <span className="mono id">{app.id}</span>
    </>
  );
  if (app.children.length === 0) return <div className="app">{row}</div>;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="app">{row}</summary>
      <Reasons of={app} problems={problems} />
      <Children of={app} problems={problems} />
    </details>
  );
}

function Children({ of: { children }, problems }: { readonly of: Entity; readonly problems: Problems }) {
  const rest = children.length - CHILDREN_MAX;
  return (
    <ul className="entities">
      {children.slice(0, CHILDREN_MAX).map((entity) => (
        <li key={entity.id}>
          <div className="entity">
            <State entity={entity} />
            <span className="name">{entity.name}</span>
            <span className="secondary">{shortType(entity.type)}</span>
            <span className="mono id">{entity.id}</span>
          </div>
          <Reasons of={entity} problems={problems} />
          {entity.children.length > 0 && <Children of={entity} problems={problems} />}
        </li>
      ))}
      {rest > 0 && <li className="secondary">and {rest.toLocaleString('en')} more</li>}
    </ul>
  );
}

function State({ entity }: { readonly entity: Entity }) {
  const { word, tone } = stateWords(entity);
  return (
    <span className={`state tone-${tone}`}>
      <Glyph tone={tone} />
      {word}
    </span>
  );
}

function Reasons({ of: { id }, problems }: { readonly of: Entity; readonly problems: Problems }) {
  return problems.get(id)?.map((reason) => (
    <p key={reason} className="reason">
      {sentence(reason, false)}
    </p>
  ));
}

function Nothing({ cluster }: { readonly cluster: Cluster }) {
  const here = typeof location === 'undefined' ? '' : location.origin;
  const master = cluster.role === 'MASTER' ? here : (cluster.masterUri ?? '');
  return (
    <div className="nothing">
      <p>No applications yet. To deploy the example of the release on the master:</p>
      <pre>
        curl -k -u admin -H &apos;Content-Type: application/x-yaml&apos; --data-binary @examples/hello.yaml{' '}
        {master.replace(/\/$/, '')}/v1/applications
      </pre>
    </div>
  );
}
