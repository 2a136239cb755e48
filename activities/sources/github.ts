/** Public repositories of GitHub, through its REST search. */
import { z } from 'zod';
import type { Egress } from '../egress';
import { addressOf, fetchJson, listOf } from './fetch';
import { sliceOf } from './pages';
import { hitsOf } from './source';
import type { Source } from './source';

export interface GithubConfig {
  /** Raises the limit of requests. Sent to `baseUrl` and nowhere else, since no redirect is followed. */
  readonly token?: string | undefined;
  readonly baseUrl?: string | undefined;
}

const Repository = z.object({
  full_name: z.string(),
  html_url: z.string(),
  /** A token may see more than a caller should. */
  private: z.literal(false),
  description: z.string().nullish(),
  language: z.string().nullish(),
  stargazers_count: z.number().nullish(),
  pushed_at: z.string().nullish(),
});

const Reply = z.object({ items: listOf(Repository) });

export function github({
  egress,
  token,
  baseUrl = 'https://api.github.com',
}: GithubConfig & { readonly egress: Egress }): Source {
  const name = 'github';
  const headers = {
    'x-github-api-version': '2022-11-28',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return {
    name,
    async search(query, page, signal) {
      const repositories = await sliceOf(page, async (number, size) => {
        const url = addressOf(baseUrl, '/search/repositories', { q: query, per_page: size, page: number + 1 });
        return (await fetchJson(egress, Reply, { who: 'GitHub', url, headers, signal })).items;
      });
      return hitsOf(
        name,
        repositories.map((repository) => ({
          title: repository.full_name,
          url: repository.html_url,
          snippet: [
            repository.description,
            repository.language,
            `${repository.stargazers_count ?? 0} stars`,
            repository.pushed_at && `last change ${repository.pushed_at.slice(0, 10)}`,
          ]
            .filter(Boolean)
            .join(' · '),
        })),
      );
    },
  };
}
