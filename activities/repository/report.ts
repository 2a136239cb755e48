/** Writes the findings down in Markdown, for a person or a model to read. Computes nothing new. */
import type { Findings } from '../../workflows/analyze-repository/tool';
import { sizeOf } from './visible';

/** @param findings - names in it are already safe to show; here they are only quoted, so that none is read as Markdown */
export function reportOf(findings: Findings): string {
  const { repository } = findings;
  const title = `# ${quoted(repository.url)}`;
  if (repository.empty) return `${title}\n\nThe repository is empty: it has no commits.\n`;
  const branch = repository.ref === null ? '' : `${quoted(repository.ref.replace(/^refs\/(heads|tags)\//, ''))} at `;
  return [
    title,
    `Analyzed ${branch}commit \`${(repository.commit ?? '').slice(0, 12)}\`. Names below are quoted from the repository.`,
    ...(repository.shallow ? ['The source is a shallow copy: its history is not complete.'] : []),
    inventoryPart(findings.inventory),
    dependenciesPart(findings.dependencies),
    historyPart(findings.history),
  ]
    .join('\n\n')
    .concat('\n');
}

function inventoryPart(inventory: Findings['inventory']): string {
  const text = inventory.files - (inventory.binaryFiles ?? 0);
  const lines = inventory.lines === null ? 'lines not counted: too large' : `${number(inventory.lines)} lines`;
  return [
    '## Contents',
    '',
    `${inventory.complete ? '' : 'More than '}${number(inventory.files)} files, ${sizeOf(inventory.bytes)}, ${lines}.`,
    ...(inventory.files === 0 ? ['The commit holds no files.'] : []),
    ...(inventory.files > 0 && text === 0 ? ['Every file is binary: there is no text to read.'] : []),
    ...(inventory.submodules > 0 ? [`${number(inventory.submodules)} submodules, not followed.`] : []),
    ...(inventory.vendored.files > 0
      ? [`${number(inventory.vendored.files)} of the files look third-party and are left out of the languages.`]
      : []),
    ...(inventory.lfs === undefined
      ? []
      : [
          `${number(inventory.lfs.files)} of the files are pointers of Git LFS: their contents (${sizeOf(inventory.lfs.bytes)}) are kept elsewhere and were not read.`,
        ]),
    ...(inventory.unread === undefined
      ? []
      : [`${number(inventory.unread)} of the files are larger than 256 MiB and were not read.`]),
    ...(inventory.guessed === undefined
      ? []
      : [`The language of ${number(inventory.guessed)} files is a guess: neither name nor contents tell it.`]),
    ...(inventory.unheeded === undefined
      ? []
      : [
          `What .gitattributes say of ${number(inventory.unheeded)} files is not heeded: it takes too long to compare their names.`,
        ]),
    ...(inventory.undecided === undefined
      ? []
      : [`The language of ${number(inventory.undecided)} files cannot be told: several claim them.`]),
    ...section(
      'Languages',
      inventory.languages.map(
        ({ name, files, bytes, lines: count }) =>
          `${name}: ${number(files)} files, ${sizeOf(bytes)}${count === null ? '' : `, ${number(count)} lines`}`,
      ),
      inventory.moreLanguages,
    ),
    ...section(
      'Folders',
      inventory.folders.map(({ path, files }) => `${quoted(path)}: ${number(files)} files`),
      inventory.moreFolders,
    ),
    ...section(
      'Largest files',
      inventory.largest.map(({ path, bytes }) => `${quoted(path)}: ${sizeOf(bytes)}`),
    ),
  ].join('\n');
}

function dependenciesPart({ manifests, moreManifests, samples = 0, ecosystems }: Findings['dependencies']): string {
  const left = samples > 0 ? [`${number(samples)} manifests of samples and test fixtures are left out.`] : [];
  if (manifests.length === 0)
    return ['## Dependencies', '', 'No manifest of a known ecosystem was found.', ...left].join('\n');
  return [
    '## Dependencies',
    ...(left.length > 0 ? ['', ...left] : []),
    ...section(
      'Manifests',
      manifests.map((manifest) => `${quoted(manifest.path)}: ${stateOf(manifest)}`),
      moreManifests,
    ),
    ...ecosystems.flatMap(({ name, list, more }) =>
      section(
        name,
        list.map(
          (entry) => `${quoted(`${entry.name} ${entry.version}`.trim())}${entry.development ? ' (development)' : ''}`,
        ),
        more,
      ),
    ),
  ].join('\n');
}

function stateOf(manifest: Findings['dependencies']['manifests'][number]): string {
  const { state, why, dependencies, offers = 0, notRead = [], moreNotRead = 0 } = manifest;
  if (state !== 'read') return why === undefined ? state : `${state}: ${why}`;
  const kept = offers > 0 ? `, ${number(offers)} kept for other manifests` : '';
  const more = moreNotRead > 0 ? ` and ${number(moreNotRead)} more` : '';
  const parts =
    notRead.length > 0 ? `; declares things that are not read here: ${notRead.map(quoted).join(', ')}${more}` : '';
  return `${number(dependencies)} declared${kept}${parts}`;
}

function historyPart(history: Findings['history']): string {
  const { first, last } = history;
  const day = (time: string) => time.slice(0, 10);
  const span =
    first === null || last === null
      ? 'at times that none of them tells'
      : `from ${day(first)} to ${day(last)} (${number(history.days)} days)`;
  const suspicious = history.suspiciousDates ?? 0;
  return [
    '## History',
    '',
    `${history.complete ? '' : 'More than '}${number(history.commits)} commits (${number(history.merges)} merges) by ${number(history.authors)} authors, ${span}.`,
    ...(suspicious > 0
      ? [
          `${number(suspicious)} of the commits have a date that cannot be right, before 1970-01-02 or in the future: it counts in no time or year here.`,
        ]
      : []),
    ...section(
      'Authors',
      history.topAuthors.map(
        ({ name, commits, sameName }) =>
          `${quoted(name)}${sameName === undefined ? '' : ` (another address, no. ${sameName})`}: ${number(commits)} commits`,
      ),
      history.moreAuthors,
    ),
    ...section(
      'Commits by year',
      history.years.map(({ year, commits }) => `${year}: ${number(commits)}`),
    ),
    ...section(
      `Files that change most (last ${number(history.hotSpotCommits)} commits)`,
      history.hotSpots.map(
        ({ path, commits, gone = false }) => `${quoted(path)}${gone ? ' (gone)' : ''}: ${number(commits)} commits`,
      ),
    ),
  ].join('\n');
}

function section(title: string, entries: readonly string[], more = 0): readonly string[] {
  if (entries.length === 0) return [];
  return [
    '',
    `### ${title}`,
    '',
    ...entries.map((entry) => `- ${entry}`),
    ...(more > 0 ? [`- and ${number(more)} more`] : []),
  ];
}

/** The text as a code span, even if it holds backticks: nothing in it can become a link, an image or a heading. */
function quoted(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  if (longest === 0) return `\`${text}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
