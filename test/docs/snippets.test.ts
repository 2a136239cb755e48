/** The TypeScript that the documents show compiles where they say that it belongs. */
import { problemsIn } from './compiler';
import { blocksOf, documents, linesOf } from './documents';
import type { Line } from './documents';
import { EXCERPT, addSnippets } from './snippets';
import type { Files } from './snippets';

/** What a document leaves out of a file that it shows, and the words with which it says so. */
interface LeftOut {
  readonly document: string;
  readonly path: string;
  readonly says: string;
  readonly before: readonly string[];
  readonly after?: readonly string[];
}

const leftOut: readonly LeftOut[] = [
  {
    document: 'README.md',
    path: 'workflows/fetch-page/tool.ts',
    says: 'Left out are the other imports',
    before: ["import { z } from 'zod';", "import { defineTool } from '../define-tool';"],
  },
  {
    document: 'README.md',
    path: 'workflows/fetch-page/workflow.ts',
    says: 'Left out are the other imports',
    before: ["import type { Activities } from '../../activities';", "import { job } from '../job';"],
  },
  {
    document: 'docs/long-work.md',
    path: EXCERPT,
    says: '// in a workflow',
    before: [
      "import type { Activities } from '../../activities';",
      "import type { Job } from '../job';",
      "import type { Skipped } from '../search-sources/tool';",
      "type Steps = Pick<Activities, 'searchSource'>;",
      'export async function run(job: Job, source: string, query: string, skipped: Skipped[]): Promise<void> {',
    ],
    after: ['}'],
  },
];

/** A document whose files lie beside those of another one, to which it sends its reader for them. */
const goesOnFrom: Readonly<Record<string, string>> = { 'README.md': 'docs/authoring.md' };

function filesOf(document: string): Files {
  const files: Files = new Map();
  const earlier = goesOnFrom[document];
  if (earlier !== undefined) addSnippets(files, earlier);
  addSnippets(files, document);
  for (const { path, before, after = [] } of leftOut.filter((one) => one.document === document)) {
    const supplied = (text: string): Line => ({ text, at: `what ${document} leaves out` });
    files.set(path, [...before.map(supplied), ...(files.get(path) ?? []), ...after.map(supplied)]);
  }
  return files;
}

const withSnippets = documents.filter((document) => blocksOf(document).some(({ language }) => language === 'ts'));

const text = "export const patience: number = '45 s';";
const wrong: Files = new Map([['workflows/wrong.ts', [{ text, at: 'docs/wrong.md:7' }]]]);

/** In the order of the documents, with what is wrong as the last. */
let problems: readonly (readonly string[])[];
beforeAll(() => {
  problems = problemsIn([...withSnippets.map(filesOf), wrong]);
});

test.each(withSnippets)('the snippets of %s compile', (document) => {
  expect(problems[withSnippets.indexOf(document)]).toEqual([]);
});

test.each(leftOut)('$document says that it does not show $path whole', ({ document, says }) => {
  expect(linesOf(document).filter(({ text }) => text.includes(says))).not.toEqual([]);
});

test('a snippet that does not compile is named by document and line, with the words of the compiler', () => {
  expect(problems.at(-1)).toEqual(["docs/wrong.md:7: Type 'string' is not assignable to type 'number'."]);
});
