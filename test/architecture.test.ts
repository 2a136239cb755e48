/** Which folder may import which, as a table; and what the real workflow bundle holds. Both fail when a boundary is crossed. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import ts from 'typescript';

const root = dirname(__dirname);

/** What every room of the gateway may know. */
const GROUND =
  /^gateway\/(allowed|audit|carried|catalog|closed|config|errors|ids|json|json-schema|lost-names|metrics|numbers|offered|problems|recatalogue|schemas|seal|search-attributes|taken|tools|unknown-arguments|visit)$/;

/** @param temporal - the packages of Temporal that it may not import */
function gatewayMayImport(rooms: string, temporal = 'activity|client|proto|worker|workflow'): RegExp {
  const ours = rooms.split('|').map((room) => (room === 'ground' ? GROUND.source.slice(1, -1) : `gateway/${room}/.+`));
  const theirs = `npm:(?!@temporalio/(${temporal})(/|$)).+`;
  return new RegExp(
    `^(${[...ours, 'config/.+', 'workflows/(contract|upstream-changes|(upstream|catalog)-contract|canonical|cut|excerpt)', 'package\\.json', theirs].join('|')})$`,
  );
}

/** A file obeys the first row that names it. Types may come from anywhere. */
const table: readonly (readonly [files: RegExp, mayImport: RegExp])[] = [
  [/^workflows\/(canonical|contract|upstream-changes|(upstream|catalog)-contract|cut|well-formed)$/, /^nothing$/],
  [/^workflows\/excerpt$/, /^workflows\/cut$/],
  [/^workflows\/(define-tool|tools|[^/]+\/tool)$/, /^(npm:zod|workflows\/(contract|define-tool|[^/]+\/tool))$/],
  // What is exported here, Temporal knows by that name. All that is generated is meant to be.
  [/^workflows\/index$/, /^(all of workflows\/authored|workflows\/[^/]+\/workflow)$/],
  [
    /^workflows\//,
    /^(npm:@temporalio\/workflow|workflows\/(contract|upstream-changes|(upstream|catalog)-contract|job|approval|bounded|budget|counted|cut|failure|findings|history|interleaved|journal|kit|memo|page-key|progress|questions|quiet|searched|step-ids|steps|turns|webhook|well-formed|[^/]+\/workflow|upstream-[a-z]+\/.+))$/,
  ],
  [
    /^activities\//,
    // Of the configuration: which tools of an upstream are offered is read from the patterns in one way, wherever that is.
    /^(activities(\/.+)?|config\/(patterns|tool-names)|workflows\/(canonical|contract|(upstream|catalog)-contract|cut|excerpt|well-formed)|npm:(?!@temporalio\/(client|worker|workflow)(\/|$)).+)$/,
  ],
  // The rooms of the gateway, from the last to the first: main → gateway → mcp → handles → call → words → upstreams → jobs → ground.
  [GROUND, gatewayMayImport('ground')],
  [/^gateway\/http\//, gatewayMayImport('ground|http')],
  [/^gateway\/jobs\//, gatewayMayImport('ground|jobs', 'activity|worker|workflow')],
  [/^gateway\/upstreams\//, gatewayMayImport('ground|jobs|upstreams')],
  [/^gateway\/words\//, gatewayMayImport('ground|jobs|words')],
  [/^gateway\/call\//, gatewayMayImport('ground|jobs|words|call')],
  [/^gateway\/handles\//, gatewayMayImport('ground|jobs|words|call|handles')],
  [/^gateway\/mcp\//, gatewayMayImport('ground|jobs|upstreams|words|call|handles|mcp|http')],
  [/^gateway\/(gateway|reload)$/, gatewayMayImport('ground|jobs|upstreams|words|call|handles|mcp|http')],
  [/^gateway\/process$/, /^(gateway\/(config|gateway|reload)|config\/(holdfast|log|watch))$/],
  [/^gateway\/main$/, /^(gateway\/process|workflows\/tools)$/],
  [
    /^config\//,
    /^(config\/.+|workflows\/(contract|upstream-contract)|npm:(?!@temporalio\/(activity|client|worker|workflow)(\/|$)).+)$/,
  ],
  [/^worker\/main$/, /^(worker\/(bundle|process)|workflows\/tools)$/],
  // The check of a build, which the running worker does not load.
  [/^worker\/doors$/, /^workflows\/(index|tools)$/],
  // A workflow of somebody else may call a tool without the gateway. What the gateway knows of tools, and gives to their jobs, is one code:
  // written twice, it would check and limit the same call in two ways.
  [
    /^worker\/(menu|look-up|callable)$/,
    /^(activities|config\/nearest|gateway\/(carried|catalog|ids|taken|tools|jobs\/kept|upstreams\/(named|offers))|npm:(@modelcontextprotocol\/client|@temporalio\/(client|common)(\/.+)?)|workflows\/(tools|excerpt))$/,
  ],
  [
    /^worker\//,
    /^(worker\/(?!doors$).+|activities|config\/.+|package\.json|workflows\/(contract|(upstream|catalog)-contract)|npm:.+)$/,
  ],
  // A project's authors import these four; what they load, gateways, workers and the sandbox load with it.
  [/^project\/(index|config)$/, /^(npm:zod|project\/config|workflows\/define-tool)$/],
  [/^project\/workflow$/, /^(npm:@temporalio\/workflow|workflows\/(job|failure))$/],
  [/^project\/steps$/, /^(activities\/(failure|step)|project\/thread)$/],
  [/^project\/thread$/, /^(npm:node:path|activities\/(failure|thread))$/],
  [/^project\/computed$/, /^(npm:node:url|something computed)$/],
  [/^project\/shell$/, /^(npm:@temporalio\/workflow|project\/(mode|workflow)|workflows\/index)$/],
  [/^project\/clock$/, /^(npm:@temporalio\/(common|workflow(\/lib\/global-attributes)?)|project\/mode)$/],
  [/^project\/mode$/, /^nothing$/],
  // What compiles a project, and what starts its processes, meets all of Holdfast.
  [
    /^project\//,
    /^(project\/.+|something computed|activities|config\/.+|gateway\/(catalog|process|schemas|tools)|worker\/(?!doors$|main$).+|workflows\/(contract|define-tool|index|tools)|cli\/(root|dev\/record)|package\.json|npm:.+)$/,
  ],
  // In one place: the secret that a worker signs with and its operator hands out; which numbers JSON can carry; what a gateway takes for
  // a tool; and how Temporal and the jobs in it are.
  [
    /^cli\//,
    /^(cli\/.+|(gateway|worker)\/main\.js|gateway\/(catalog|numbers|tools|jobs\/(backlog|condition|connection|kept|listings|view))|activities(\/webhooks\/sign)?|project\/(compile|discover|draft|mistake|shelled|template)|config\/.+|workflows\/(contract|upstream-contract|excerpt|tools)|package\.json|npm:.+)$/,
  ],
];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/').slice(0, -'.ts'.length));
}

const files = ['config', 'workflows', 'activities', 'gateway', 'worker', 'cli', 'project'].flatMap(filesIn);

const sourceOf = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(root, `${file}.ts`), 'utf8'), ts.ScriptTarget.Latest, true);

/** What a module specifier names: a path from the root, or `npm:` and the package's. */
function target(file: string, text: string): string {
  return text.startsWith('.') ? posix.join(posix.dirname(file), text) : `npm:${text}`;
}

const textOf = (specifier: ts.Expression): string => (ts.isStringLiteral(specifier) ? specifier.text : '');

/** Everything that a file loads when it is loaded, or later by `import()` or `require()`. */
function valueImports(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
      found.push(target(file, textOf(node.moduleSpecifier)));
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && !node.isTypeOnly) {
      const from = target(file, textOf(node.moduleSpecifier));
      found.push(node.exportClause ? from : `all of ${from}`);
    } else if (ts.isCallExpression(node)) {
      const [argument] = node.arguments;
      const dynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const required = ts.isIdentifier(node.expression) && node.expression.text === 'require';
      if (dynamic || required)
        found.push(argument && ts.isStringLiteral(argument) ? target(file, argument.text) : 'something computed');
    }
    ts.forEachChild(node, visit);
  };
  visit(sourceOf(file));
  return found;
}

test.each(files)('%s imports only what its row allows', (file) => {
  const [, mayImport] = table.find(([named]) => named.test(file)) ?? [];
  expect(valueImports(file).filter((imported) => mayImport?.test(imported) !== true)).toEqual([]);
});

/** Everything that a file imports, types too. */
const allImports = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(join(root, `${file}.ts`), 'utf8'))
    .importedFiles.map(({ fileName }) => target(file, fileName));

/** A folder; or a file that lies in none but its process's, which is a room of its own. */
const roomOf = (file: string): string => (posix.dirname(file).includes('/') ? posix.dirname(file) : file);

test.each([
  ['values', valueImports],
  ['types and values', allImports],
])('no circle of rooms, by the %s that they import', (_what, importsOf) => {
  const leadsTo = new Map<string, Set<string>>(files.map((file) => [roomOf(file), new Set()]));
  for (const file of files)
    for (const room of importsOf(file).map(roomOf)) if (room !== roomOf(file)) leadsTo.get(roomOf(file))?.add(room);
  // Takes away the rooms that lead to no other, again and again: what is left goes round in circles.
  const leaf = (): string | undefined =>
    [...leadsTo].find(([, rooms]) => ![...rooms].some((room) => leadsTo.has(room)))?.[0];
  for (let room = leaf(); room !== undefined; room = leaf()) leadsTo.delete(room);
  expect([...leadsTo.keys()]).toEqual([]);
});

test('nothing in the sandbox imports by import() or require()', () => {
  const lazy = filesIn('workflows').filter((file) =>
    /\b(import|require)\s*\(/.test(readFileSync(join(root, `${file}.ts`), 'utf8')),
  );
  expect(lazy).toEqual([]);
});

test("only each process's configuration and main read the environment", () => {
  const readers = files.filter((file) => readFileSync(join(root, `${file}.ts`), 'utf8').includes('process.env'));
  expect(readers.filter((file) => !/(^|\/)(config|main)$/.test(file))).toEqual([
    'activities/repository/environment', // passes PATH on to git, and nothing else
    'activities/upstreams/mcp/environment', // passes PATH, HOME and the like on to servers, and no secret of ours
    'cli/engine/build', // passes all of it on to Go
    'cli/project/test-stack', // is a process of its own
    'project/mains', // has it in the text of the programs that it writes
    'project/testing', // passes all of it on to the stack of an author's tests
  ]);
});

test('the bundle holds workflows, the contract and the Temporal SDK, and nothing else', async () => {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const map = Buffer.from(code.split('base64,').at(-1) ?? '', 'base64').toString();
  const { sources } = JSON.parse(map) as { sources: string[] };
  const paths = sources.map((source) => source.replace(/^webpack:\/\/[^/]*\//, '').replace(/\?.*$/, ''));

  const packages = paths.flatMap((path) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  expect([...new Set(packages)].sort()).toEqual([
    '@temporalio/common',
    '@temporalio/workflow',
    'long',
    'ms',
    'nexus-rpc',
  ]);

  const ours = paths.flatMap(
    (path) => /(?:^|\/)((?:workflows|activities|config|gateway|worker|cli)\/.+)\.ts$/.exec(path)?.[1] ?? [],
  );
  expect(ours).toContain('workflows/job');
  expect(
    ours.filter(
      (path) =>
        !/^workflows\/(approval|authored|bounded|budget|contract|counted|cut|failure|findings|history|interleaved|index|job|journal|kit|memo|page-key|progress|questions|quiet|searched|step-ids|steps|turns|webhook|upstream-changes|(upstream|catalog)-contract|well-formed|[^/]+\/workflow|upstream-[a-z]+\/.+)$/.test(
          path,
        ),
    ),
  ).toEqual([]);
});
