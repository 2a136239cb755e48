/** The `sources` part of the worker's configuration: where deep_research and search_sources look. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { SourcesConfig } from '../activities/sources/sources';
import { BadSetting } from '../config/file';
import type { Sources } from '../config/worker';
import { secretIn } from './secrets';

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
