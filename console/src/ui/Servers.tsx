// The servers of the plane, as the one that answers sees them.
import type { Cluster, Node } from '../wire/cluster';
import { beatAge, lagWords, roleWords } from '../words/role';
import { sentence } from '../words/sentence';
import { span } from '../words/time';
import { RoleChip } from './RoleChip';

interface Props {
  readonly cluster: Cluster;
  /** How old the answer is, in milliseconds; 0 while answers come. */
  readonly age: number;
}

const COLUMNS = ['Server', 'Role', 'Own term', 'Last beat', 'Behind', 'Priority'];

export function Servers({ cluster, age }: Props) {
  return (
    <section className="card" aria-labelledby="servers">
      <header>
        <h2 id="servers">Servers</h2>
        <p className="secondary">
          plane <span className="mono">{cluster.plane ?? 'not known yet'}</span> · term {cluster.term}
        </p>
      </header>
      <table className="servers" role="table" aria-labelledby="servers">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {cluster.nodes.map((node) => (
            <Server key={node.id} node={node} cluster={cluster} age={age} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Server({ node, cluster, age }: Props & { readonly node: Node }) {
  const isGone = node.role === 'TERMINATED';
  const beat = node.own && age === 0 ? 'answers now' : `${span(beatAge(node, cluster.now) + age)} ago`;
  return (
    <tr role="row" className={isGone ? 'gone' : undefined} aria-current={node.own ? 'true' : undefined}>
      <th role="rowheader" scope="row">
        <span className="node">
          <span className="mono">{node.id}</span>
          {node.own && <span className="tag">this server</span>}
        </span>
        <span className="place">
          {node.uri === '' || node.own || isGone ? node.uri : <a href={node.uri}>{node.uri}</a>}
          {node.host !== '' && <span> on {node.host}</span>}
        </span>
      </th>
      <td role="cell">
        <RoleChip role={node.role} />
        <span className="place">{node.why === '' ? roleWords(node.role).does : sentence(node.why, false)}</span>
      </td>
      <td role="cell" className="number" data-label="own term">
        {node.term === 0 ? '–' : node.term}
      </td>
      <td role="cell" className="number" data-label="last beat">
        {beat}
      </td>
      <td role="cell" className="number" data-label="behind">
        <Behind node={node} />
      </td>
      <td role="cell" className="number" data-label="priority">
        {node.priority}
      </td>
    </tr>
  );
}

/** Only servers that follow the log can be behind. */
function Behind({ node }: { readonly node: Node }) {
  if (node.role !== 'HOT_STANDBY' && node.role !== 'HOT_BACKUP') return '–';
  if (node.lag === 0) return 'up to date';
  const short = `${node.own ? '' : '≤ '}${node.lag.toLocaleString('en')} rec`;
  return (
    <>
      <span aria-hidden="true">{short}</span>
      <span className="unseen">{lagWords(node)}</span>
    </>
  );
}
