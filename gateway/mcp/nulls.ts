/** Clients write null for what they do not have. MCP has no null: a member of a request is there, or it is absent. */
import { isRecord } from '../json';

/** Members whose values are not the protocol's, so that null may mean something in them. */
const NOT_OURS = new Set(['arguments', 'inputResponses']);

/** The body with every null of its requests' and notifications' params taken for absent. Answers stay as they are. */
export function nullsAbsent(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(nullsAbsent);
  if (!isRecord(body) || !('method' in body) || !('params' in body) || !holdsNull(body['params'])) return body;
  const { params, ...rest } = body;
  return params === null ? rest : { ...body, params: withoutNulls(params) };
}

/** Whether there is a null to take away: few bodies have one, and a copy of each would cost more than the look. */
function holdsNull(value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.some((inner) => inner !== null && holdsNull(inner)); // those in lists stay
  if (!isRecord(value)) return false;
  return Object.keys(value).some((name) => value[name] === null || (!NOT_OURS.has(name) && holdsNull(value[name])));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(present.map(([name, inner]) => [name, NOT_OURS.has(name) ? inner : withoutNulls(inner)]));
}
