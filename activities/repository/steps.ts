/** The steps of analyze_repository. Any worker may run any of them: a step fetches the clone if its worker does not have it. */
import type { Dependencies, Findings, History, Inventory, Repository } from '../../workflows/analyze-repository/tool';
import { step } from '../step';
import { inThread } from '../thread';
import { createClones } from './clones';
import type { RepositoryConfig } from './clones';
import { dependenciesOf, NO_DEPENDENCIES } from './dependencies';
import { historyOf, NO_COMMITS } from './history';
import { inventoryOf, NO_FILES } from './inventory';
import { languagesOf } from './languages';
import type { Languages, readTables as read } from './languages';
import { reportOf } from './report';

const readTables = inThread<typeof read>(require.resolve('./languages'), 'readTables');

export interface RepositorySteps {
  /** Fetches a repository. @param given - `ref`: a branch, tag or commit; absent: the default branch */
  fetchRepository(given: { readonly url: string; readonly ref?: string | undefined }): Promise<Repository>;
  /** Counts files, bytes, lines and languages. */
  takeInventory(repository: Repository): Promise<Inventory>;
  /** Reads the manifests. */
  readDependencies(repository: Repository): Promise<Dependencies>;
  /** Counts commits and authors, and finds the files that change most. */
  readHistory(repository: Repository): Promise<History>;
  /** Writes the findings as Markdown. */
  writeReport(findings: Findings): Promise<string>;
}

export function createRepositorySteps(config: RepositoryConfig): RepositorySteps {
  const clones = createClones(config);
  let known: Languages | undefined;
  const languages = async (signal: AbortSignal): Promise<Languages> =>
    (known ??= languagesOf(await readTables(undefined, signal)));

  return {
    fetchRepository: step(({ url, ref }: { url: string; ref?: string | undefined }, context) =>
      clones.fetch(url, ref, context),
    ),
    takeInventory: step((repository: Repository, context) =>
      clones.read(repository, context, NO_FILES, async (clone) =>
        inventoryOf(clone, await languages(context.signal), context),
      ),
    ),
    readDependencies: step((repository: Repository, context) =>
      clones.read(repository, context, NO_DEPENDENCIES, (clone) => dependenciesOf(clone, context)),
    ),
    readHistory: step((repository: Repository, context) =>
      clones.read(repository, context, NO_COMMITS, (clone) => historyOf(clone, context)),
    ),
    writeReport: step((findings: Findings) => Promise.resolve(reportOf(findings))),
  };
}
