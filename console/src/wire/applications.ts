// `GET /v1/applications/fetch`: what is managed, as trees. The shape is that of crates/api/src/entity.rs.
import { fields, list, text, word, type Fields } from './read';

export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** `service.state`, or null where the entity has none. */
  readonly state: string | null;
  /** `service.isUp`, or null where nobody knows. */
  readonly isUp: boolean | null;
  readonly children: readonly Entity[];
}

/** What an entity says is wrong with it, by id. */
export type Problems = ReadonlyMap<string, readonly string[]>;

/** Deeper than any blueprint; a guard against an answer that is not ours. */
const DEPTH_MAX = 64;

export function readApplications(value: unknown): Entity[] | null {
  if (!Array.isArray(value)) return null;
  return list(value, (item) => readEntity(item, 0));
}

function readEntity(item: Fields, depth: number): Entity | null {
  const id = word(item['id']);
  if (!id || depth > DEPTH_MAX) return null;
  return {
    id,
    name: word(item['name']) ?? id,
    type: text(item['type']),
    state: word(item['serviceState']),
    isUp: typeof item['serviceUp'] === 'boolean' ? item['serviceUp'] : null,
    children: list(item['children'], (child) => readEntity(child, depth + 1)),
  };
}

/** The reasons in an answer that was asked for the sensor `service.problems`. */
export function readProblems(value: unknown): Problems {
  const found = new Map<string, readonly string[]>();
  list(value, (item) => {
    const id = word(item['id']);
    const problems = fields(fields(item['sensors'])?.['service.problems']);
    if (id && problems) found.set(id, Object.values(problems).map(reason));
    return null;
  });
  return found;
}

function reason(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** All entities of a tree, the top one first. */
export function flatten(entity: Entity): Entity[] {
  return [entity, ...entity.children.flatMap(flatten)];
}
