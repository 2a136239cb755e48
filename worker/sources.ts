/** The `sources` part of the worker's configuration: where deep_research and search_sources look. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { SourcesConfig } from '../activities/sources/sources';
import { BadSetting } from '../config/file';
import { secretIn } from './secrets';

export const WebAddress = z.url({ protocol: /^https?$/, error: 'An address that begins with https:// or http://' });

/** A schema for the settings of something that `false` turns off. */
const orFalse = <T extends z.ZodType>(settings: T) =>
  z.union([z.literal(false).transform(() => undefined), settings], 'Either false or its settings');

/** The one setting that most sources have: another address, such as that of a mirror. */
const Address = z.strictObject({ base_url: WebAddress.optional() });

export const Sources = z.strictObject({
  wikipedia: orFalse(
    Address.extend({
      language: z
        .string()
        .regex(/^[a-z][a-z-]*$/, 'A language as in the address: en, de, zh-min-nan')
        .default('en'),
    }),
  ).prefault({}),
  hacker_news: orFalse(Address).prefault({}),
  arxiv: orFalse(Address).prefault({}),
  github: orFalse(Address.extend({ token_env: z.string().min(1).optional() })).prefault({}),
  searxng: z.strictObject({ url: WebAddress }).optional(),
  feeds: z.array(WebAddress).max(100).default([]),
  folders: z.array(z.string().min(1)).default([]),
});

/**
 * Turns the settings into those of the activities.
 *
 * @param documents - one more folder of documents; ignored when it does not exist
 * @throws BadSetting when a variable that should hold a token is not set, or a folder cannot be read
 */
export function sourcesOf(
  { wikipedia, hacker_news, arxiv, github, searxng, feeds, folders }: z.infer<typeof Sources>,
  documents: string | undefined,
  env: NodeJS.ProcessEnv,
): SourcesConfig {
  return {
    wikipedia: wikipedia && { language: wikipedia.language, baseUrl: wikipedia.base_url },
    hackerNews: hacker_news && { baseUrl: hacker_news.base_url },
    arxiv: arxiv && { baseUrl: arxiv.base_url },
    github: github && {
      baseUrl: github.base_url,
      token: secretIn(env, 'worker.sources.github.token_env', github.token_env),
    },
    searxng,
    feeds,
    folders: [...folders.map(readableFolder), ...(documents !== undefined && existsSync(documents) ? [documents] : [])],
  };
}

function readableFolder(folder: string): string {
  const path = resolve(folder);
  try {
    readdirSync(path);
    return path;
  } catch {
    throw new BadSetting(`worker.sources.folders names ${folder}, which is no folder that this worker can read.`);
  }
}
