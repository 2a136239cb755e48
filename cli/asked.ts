/** What upstreams offer, asked from here as a worker would ask them. */
import { createUpstreams } from '../activities';
import { expanded } from '../config/expand';
import { enabledIn } from '../config/upstreams';
import type { Upstreams } from '../config/upstreams';
import { version } from '../package.json';
import { tools } from '../workflows/tools';
import { listed } from './listed';
import type { Offered } from './listed';
import type { Say } from './say';

/** Longest that one is waited for, milliseconds: a first start may install something. */
const ASK_MS = 90_000;

/**
 * Connects to each upstream that is not disabled, and says what it offers, as models will see it.
 *
 * @param taken - names of the tools that are offered beside theirs; absent: Holdfast's own
 * @returns 0 when all have answered, 1 when not
 */
export async function showOffered(
  settings: Upstreams,
  env: NodeJS.ProcessEnv,
  say: Say,
  taken: readonly string[] = tools.map(({ name }) => name),
): Promise<number> {
  const names = Object.keys(enabledIn(settings));
  const found = await Promise.all(names.map(async (name) => [name, await ask(name, settings, env)] as const));
  for (const line of listed(settings, new Map(found), new Set(taken))) say(line);
  return found.some(([, offered]) => 'why' in offered) ? 1 : 0;
}

async function ask(name: string, settings: Upstreams, env: NodeJS.ProcessEnv): Promise<Offered> {
  const upstreams = createUpstreams({}, { version, log: { info: () => undefined, warn: () => undefined } });
  try {
    const chosen = settings[name];
    if (chosen) upstreams.replace({ [name]: expanded(chosen, env, `upstreams.${name}`) });
    const offer = await upstreams.get(name)?.list(AbortSignal.timeout(ASK_MS));
    return { tools: (offer?.tools ?? []).map((tool) => String(tool['name'])) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  } finally {
    await upstreams.close(0);
  }
}
