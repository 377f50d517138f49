// Asks this server about the plane once a second, outside of React, and tells whoever listens. It never asks twice
// at once, and never less often than once a second: a fail-over is watched, not guessed.
import { readApplications, readProblems, flatten, type Entity, type Problems } from '../wire/applications';
import { ask, type Answer } from '../wire/ask';
import { readCluster, type Cluster } from '../wire/cluster';
import { heard, missed, NOTHING, type Memory } from './memory';

export interface Applications {
  /** Null before the first answer. */
  readonly list: readonly Entity[] | null;
  readonly problems: Problems;
  readonly answeredAt: number;
  /** Why there is no newer answer; empty when there is. */
  readonly trouble: string;
}

export interface Picture {
  readonly memory: Memory;
  readonly applications: Applications;
  readonly access: 'asking' | 'open' | 'login' | 'forbidden';
  /** Whether this page had a session before. */
  readonly wasOpen: boolean;
  /** What the answers' headers say, with or without login. */
  readonly headers: RoleHeaders;
  readonly now: number;
}

export interface RoleHeaders {
  readonly role: string | null;
  readonly term: string | null;
  readonly master: string | null;
}

const PERIOD_MS = 1000;
const RETRIES_MS = [250, 500, PERIOD_MS];
/** Applications are asked for when the log has moved, and otherwise this often. */
const APPLICATIONS_MS = 10_000;
/** Of so many burning entities the reason is asked for. */
const REASONS_MAX = 30;

const APPLICATIONS = '/v1/applications/fetch';
const NO_HEADERS: RoleHeaders = { role: null, term: null, master: null };
const NO_APPLICATIONS: Applications = { list: null, problems: new Map(), answeredAt: 0, trouble: '' };

export class Follower {
  #picture: Picture = {
    memory: NOTHING,
    applications: NO_APPLICATIONS,
    access: 'asking',
    wasOpen: false,
    headers: NO_HEADERS,
    now: Date.now(),
  };
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #misses = 0;
  #isAsking = false;
  #isStopped = false;
  /** At what the applications were asked for: position in the log and role; and when. */
  #asked = { at: '', when: 0 };

  readonly picture = (): Picture => this.#picture;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#isStopped = false;
    document.addEventListener('visibilitychange', this.#look);
    this.look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
  }

  /** Asks now. */
  look(): void {
    clearTimeout(this.#timer);
    void this.#round();
  }

  readonly #look = (): void => {
    if (document.visibilityState === 'visible') this.look();
  };

  async #round(): Promise<void> {
    if (this.#isAsking || this.#isStopped) return;
    this.#isAsking = true;
    const began = Date.now();
    const answer = await ask('/ha/cluster');
    const cluster = this.#take(answer, began);
    if (cluster) await this.#applications(cluster);
    this.#isAsking = false;
    if (this.#isStopped) return;
    const pause = this.#misses > 0 ? (RETRIES_MS[this.#misses - 1] ?? PERIOD_MS) : PERIOD_MS - (Date.now() - began);
    this.#timer = setTimeout(() => void this.#round(), Math.max(0, pause));
  }

  #take(answer: Answer, began: number): Cluster | null {
    const now = Date.now();
    const { memory } = this.#picture;
    if (answer.kind === 'silent') return this.#miss(answer.why, began);
    const headers = roleHeaders(answer.headers);
    if (answer.kind === 'refused' && answer.status !== 403) {
      return this.#miss(`this server answered ${answer.status}${answer.message === '' ? '' : `: ${answer.message}`}`, began);
    }
    if (answer.kind !== 'ok') {
      this.#misses = 0;
      this.#show({ access: answer.kind === 'login' ? 'login' : 'forbidden', headers, now });
      return null;
    }
    const cluster = readCluster(answer.body);
    if (!cluster) return this.#miss('the answer is not that of a Brownstone server', began);
    this.#misses = 0;
    this.#show({ memory: heard(memory, cluster, now), access: 'open', wasOpen: true, headers, now });
    return cluster;
  }

  #miss(why: string, began: number): null {
    const now = Date.now();
    this.#misses += 1;
    this.#show({ memory: missed(this.#picture.memory, why, began, now), now });
    return null;
  }

  async #applications(cluster: Cluster): Promise<void> {
    const at = `${cluster.applied} ${cluster.role}`;
    if (at === this.#asked.at && Date.now() - this.#asked.when < APPLICATIONS_MS) return;
    const answer = await ask(APPLICATIONS);
    // Silence is asked again at once; a refusal holds until something changes.
    this.#asked = { at: answer.kind === 'silent' ? '' : at, when: Date.now() };
    const list = answer.kind === 'ok' ? readApplications(answer.body) : null;
    if (!list) {
      this.#show({ applications: { ...this.#picture.applications, trouble: trouble(answer) } });
      return;
    }
    const problems = await reasons(list);
    this.#show({ applications: { list, problems, answeredAt: Date.now(), trouble: '' } });
  }

  #show(news: Partial<Picture>): void {
    this.#picture = { ...this.#picture, ...news };
    for (const listener of this.#listeners) listener();
  }
}

function trouble(answer: Answer): string {
  switch (answer.kind) {
    case 'ok':
      return 'the answer cannot be read';
    case 'login':
      return 'the session has ended';
    case 'silent':
      return answer.why;
    case 'refused':
      return answer.message === '' ? `this server answered ${answer.status}` : answer.message;
  }
}

/** The list has no reasons: they are asked for where something burns, and only there. */
async function reasons(list: readonly Entity[]): Promise<Problems> {
  const burning = list.flatMap(flatten).filter((entity) => entity.state === 'ON_FIRE');
  if (burning.length === 0) return new Map();
  const items = burning.slice(0, REASONS_MAX).map((entity) => entity.id);
  const query = new URLSearchParams({ items: items.join(','), sensors: JSON.stringify(['service.problems']) });
  const answer = await ask(`${APPLICATIONS}?${query.toString()}`);
  return answer.kind === 'ok' ? readProblems(answer.body) : new Map<string, readonly string[]>();
}

function roleHeaders(headers: Headers): RoleHeaders {
  return { role: headers.get('X-HA-Role'), term: headers.get('X-HA-Term'), master: headers.get('X-HA-Master') };
}
