/** The steps of analyze_repository. Any worker may run any of them: each brings its own clone if this worker has none. */
import type { Findings, Repository } from '../../workflows/analyze-repository/tool';
import { step } from '../step';
import { clonesIn } from './clones';
import type { RepositoryConfig } from './clones';
import { dependenciesOf, NO_DEPENDENCIES } from './dependencies';
import { historyOf, NO_COMMITS } from './history';
import { inventoryOf, NO_FILES } from './inventory';
import { readLanguages } from './languages';
import type { Languages } from './languages';
import { reportOf } from './report';

export function repositorySteps(config: RepositoryConfig) {
  const clones = clonesIn(config);
  let tables: Promise<Languages> | undefined;
  const languages = () =>
    (tables ??= readLanguages().catch((error: unknown) => {
      tables = undefined; // the next attempt reads them again
      throw error;
    }));

  return {
    fetchRepository: step(({ url, ref }: { url: string; ref?: string | undefined }, context) =>
      clones.fetch(url, ref, context),
    ),
    takeInventory: step((repository: Repository, context) =>
      clones.read(repository, context, NO_FILES, async (clone) => inventoryOf(clone, await languages(), context)),
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
