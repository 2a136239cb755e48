/** Public repositories of GitHub, through its REST search. */
import type { Egress } from '../egress/egress';
import { addressOf, fetchRead } from './fetch';
import { tellHoles } from './holes';
import { sliceOf } from './pages';
import { hitsOf } from './source';
import type { Source } from './source';

export interface GithubConfig {
  /** Raises GitHub's limit of requests. It is sent to `baseUrl` and nowhere else, since no redirect is followed. */
  readonly token?: string | undefined;
  /** Another place of the API, such as a GitHub Enterprise server. */
  readonly baseUrl?: string | undefined;
}

export function createGithubSource(
  { token, baseUrl = 'https://api.github.com' }: GithubConfig,
  egress: Egress,
): Source {
  const name = 'github';
  const headers = {
    'x-github-api-version': '2022-11-28',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return {
    name,
    async search(query, page, signal, skip) {
      const who = 'GitHub';
      const brokenOff: boolean[] = [];
      const repositories = await sliceOf(page, async (number, size) => {
        const url = addressOf(baseUrl, '/search/repositories', { q: query, per_page: size, page: number + 1 });
        const reply = await fetchRead(egress, 'github', { who, url, headers, signal, refusal: 'githubRefusal' });
        const { items, incomplete_results: isIncomplete, total_count: total } = reply;
        const sent = items.entries.length + items.unread;
        tellHoles({ name, who, offset: number * size, limit: size, sent, unread: items.unread, total }, skip);
        brokenOff.push(isIncomplete);
        return items.entries;
      });
      if (brokenOff.includes(true))
        skip?.({
          what: name,
          why: 'GitHub ran out of time before it had looked through all repositories.',
          again: name,
        });
      return hitsOf(
        name,
        repositories.filter(isPublic).map((repository) => ({
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
        skip,
      );
    },
  };
}

const isPublic = ({ private: isPrivate }: { readonly private: boolean }): boolean => !isPrivate;
