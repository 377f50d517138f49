// The states that the page must show well, as answers of `/ha/cluster` and `/v1/applications/fetch`.

const HOT = 'This request is only permitted against an active primary or hot standby/backup Brooklyn server';
const A = 'https://10.0.0.1:8443/';
const B = 'https://10.0.0.2:8443/';

function node(id, role, more, now) {
  return {
    id,
    uri: id === 'brownA01' ? A : id === 'brownB01' ? B : 'https://10.0.0.3:8443/',
    role,
    term: 0,
    priority: 0,
    head: 1042,
    lag: 0,
    lastBeat: now - 400,
    seenAt: now - 350,
    version: '0.1.0',
    host: `${id.toLowerCase()}.example.org`,
    why: '',
    own: false,
    master: false,
    ...more,
  };
}

function cluster(own, role, term, nodes, more = {}) {
  return (now) => {
    const all = nodes(now).map((n) => (n.id === own ? { ...n, own: true, seenAt: now } : n));
    const master = all.find((n) => n.master);
    return {
      plane: 'k7RwQ2mX',
      own,
      role,
      why: '',
      term,
      master: master?.id ?? null,
      masterUri: master?.uri ?? null,
      leaseRemainingMs: role === 'MASTER' ? 21_000 : null,
      log: { applied: 1042, head: 1042, lag: 0, floor: 1000 },
      nodes: all,
      damage: [],
      storeTrouble: '',
      history: [
        { role, since: now - 840_000 },
        { role: 'INITIALIZING', since: now - 841_000 },
      ],
      timeoutMs: 30_000,
      pollMs: 1000,
      now,
      ...more,
    };
  };
}

const pair = (now) => [
  node('brownA01', 'MASTER', { term: 3, master: true, priority: 10 }, now),
  node('brownB01', 'HOT_STANDBY', { term: 2, lag: 2 }, now),
];
const trio = (now) => [...pair(now), node('brownC01', 'TERMINATED', { term: 1, seenAt: now - 260_000_000, priority: 5 }, now)];

const entity = (id, name, type, serviceState, children = []) => ({
  id,
  name,
  type: `org.apache.brooklyn.entity.${type}`,
  serviceUp: serviceState === 'RUNNING',
  serviceState,
  children,
});
const PROCESS = 'software.base.VanillaSoftwareProcess';
const APPLICATION = 'stock.BasicApplication';
const wiki = entity('q4h2m8xk1z', 'Wiki', APPLICATION, 'RUNNING', [
  entity('b6n1p3s8vd', 'pages', PROCESS, 'RUNNING'),
  entity('c7n1p3s8vd', 'search', PROCESS, 'RUNNING'),
]);
const shop = entity('s4h2m8xk1z', 'Shop', APPLICATION, 'ON_FIRE', [
  entity('w6n1p3s8vd', 'web-1', PROCESS, 'RUNNING'),
  entity('w7n1p3s8vd', 'web-2', PROCESS, 'ON_FIRE'),
  entity('w8n1p3s8vd', 'web-3', PROCESS, 'STARTING'),
]);
/** What follows the trees when single entities are asked for with a sensor. */
export const reasons = [
  { id: 'w7n1p3s8vd', sensors: { 'service.problems': { 'service-lifecycle': 'launch.command ended with 127: "java: not found"' } } },
];
const stopped = entity('t4h2m8xk1z', 'Night jobs', APPLICATION, 'STOPPED', [entity('t6n1p3s8vd', 'batch', PROCESS, 'STOPPED')]);
const applications = [wiki, shop, stopped];

export const scenes = {
  master: { cluster: cluster('brownA01', 'MASTER', 3, trio), applications: applications },
  empty: { cluster: cluster('brownA01', 'MASTER', 1, (now) => pair(now).slice(0, 1)), applications: [] },
  standby: { cluster: cluster('brownB01', 'HOT_STANDBY', 3, pair, { log: { applied: 1040, head: 1042, lag: 2, floor: 1000 } }), applications },
  cold: {
    cluster: cluster('brownB01', 'STANDBY', 3, (now) => pair(now).map((n) => (n.master ? n : { ...n, role: 'STANDBY' }))),
    refusal: HOT,
  },
  takeover: {
    cluster: cluster('brownA01', 'HOT_STANDBY', 3, (now) => [
      node('brownA01', 'HOT_STANDBY', { term: 2 }, now),
      node('brownB01', 'INITIALIZING', { term: 4, why: "claiming term 4: the master's process ended" }, now),
      node('brownC01', 'FAILED', { term: 3, why: 'silent for 31 s', seenAt: now - 31_000 }, now),
    ]),
    applications,
  },
  claiming: {
    cluster: cluster(
      'brownB01',
      'INITIALIZING',
      3,
      (now) => [
        node('brownA01', 'FAILED', { term: 3, why: 'silent for 31 s', seenAt: now - 31_000 }, now),
        node('brownB01', 'INITIALIZING', { term: 4, why: 'claiming term 4: no beat of brownA01 for 30 s' }, now),
      ],
      { why: 'claiming term 4: no beat of brownA01 for 30 s' },
    ),
    refusal: HOT,
  },
  suspended: {
    cluster: cluster('brownA01', 'SUSPENDED', 3, (now) => pair(now).map((n) => (n.master ? { ...n, role: 'SUSPENDED' } : n)), {
      why: 'the store does not answer; writes are refused until it does',
      storeTrouble: 'beat: no answer for 12 s',
    }),
    applications,
  },
  failed: {
    cluster: cluster('brownB01', 'FAILED', 3, (now) => pair(now).map((n) => (n.master ? n : { ...n, role: 'FAILED', lag: 900 })), {
      why: 'record 000000000003-1017 has format 9, and this release reads up to 1: install the newer release here',
    }),
    refusal: HOT,
  },
  damaged: {
    cluster: cluster('brownA01', 'MASTER', 3, pair, {
      damage: [{ file: 'log/000000001017.json', what: 'its sum is wrong at byte 4096; changes of entity web-2 of 12:01 may be missing' }],
    }),
    applications,
  },
  login: { needsLogin: true, headers: { role: 'HOT_STANDBY', term: 3, master: A } },
  dead: { isDead: true },
};
