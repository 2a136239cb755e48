/** The servers that are put behind Holdfast, and what is asked of each: calls whose answers can be told in advance, or are the same each time. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../../workflows/upstream-contract';
import { ofNpm, ofOurs, ofPyPi } from './install';

/** A tool by its name there, and its arguments. */
export type Call = readonly [tool: string, given: Given];

export interface Subject {
  /** Its key in the configuration. */
  readonly name: string;
  /** Whose it is, and which version: for the table. */
  readonly server: string;
  readonly transport: 'stdio' | 'http' | 'sse';
  /** What starts it; for HTTP, on a port that `{port}` stands for. */
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of its endpoint, for HTTP; and what it wants with each request. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether each caller has a session of its own, since the server keeps what one has said. */
  readonly stateful?: boolean;
  readonly calls: readonly Call[];
  /** Called through Holdfast alone, where not every client can call it directly: the text that must come. */
  readonly only?: readonly (readonly [...call: Call, text: string])[];
  /** Arguments of its prompts, by name; absent: none are read. */
  readonly prompts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Beginnings of arguments of its prompts. */
  readonly completions?: readonly (readonly [prompt: string, argument: string, beginning: string])[];
  /** What differs from one time to the next: it is taken out before the answers are compared. */
  readonly varies?: RegExp;
  /** Brings the world back to how it was. */
  readonly reset?: () => void;
}

const PYTHON = { PYTHONUNBUFFERED: '1', FASTMCP_CHECK_FOR_UPDATES: 'off', FASTMCP_LOG_LEVEL: 'ERROR' };

/** @param scratch - a folder that they may do in what they like */
export function subjects(scratch: string, withPython: boolean): Subject[] {
  const [files, graph, repository] = ['files', 'graph.jsonl', 'repository'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  function newFiles(): void {
    rmSync(files, { recursive: true, force: true });
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, 'a.txt'), 'One line.\n');
    writeFileSync(join(files, 'dot.png'), Buffer.from('iVBORw0KGgo=', 'base64'));
  }
  function newRepository(): void {
    rmSync(repository, { recursive: true, force: true });
    mkdirSync(repository, { recursive: true });
    writeFileSync(join(repository, 'a.txt'), 'a\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', repository, ...args], { stdio: 'ignore', env: { ...process.env, ...AUTHOR } });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'feat: a');
    writeFileSync(join(repository, 'b.txt'), 'b\n');
  }
  const everything = {
    server: '@modelcontextprotocol/server-everything 2026.8.31',
    stateful: true,
    calls: [
      ['echo', { message: 'Hello.' }],
      ['echo', {}],
      ['get-sum', { a: 2, b: 0.5 }],
      ['get-tiny-image', {}],
      ['get-annotated-message', { messageType: 'error', includeImage: true }],
      ['get-structured-content', { location: 'Chicago' }],
      ['get-resource-links', { count: 3 }],
      ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
      ['get-roots-list', {}],
      ['trigger-elicitation-request', {}],
      ['trigger-url-elicitation', { url: 'https://example.com/', elicitationId: 'e' }],
      ['trigger-sampling-request', { prompt: 'Say something.', maxTokens: 10 }],
      ['trigger-long-running-operation', { duration: 3, steps: 3 }],
    ],
    only: [['trigger-url-elicitation', { url: 'https://example.com/', errorPath: true }, 'User completed']],
    prompts: {
      'simple-prompt': {},
      'args-prompt': { city: 'Bern', state: 'BE' },
      'completable-prompt': { department: 'Engineering', name: 'Alice' },
      'resource-prompt': { resourceType: 'Text', resourceId: '1' },
    },
    completions: [
      ['completable-prompt', 'department', 'E'],
      ['completable-prompt', 'department', 'none'],
    ],
    varies: /\d{1,2}:\d\d:\d\d( [AP]M)?|"requestId":\s*\d+/g,
  } satisfies Partial<Subject>;
  const EVERYTHING = '@modelcontextprotocol/server-everything/dist/index.js';
  const npm: Subject[] = [
    { ...everything, name: 'everything', transport: 'stdio', program: ofNpm(EVERYTHING) },
    {
      ...everything,
      name: 'everything-http',
      transport: 'http',
      program: ofNpm(EVERYTHING, 'streamableHttp'),
      env: { PORT: '{port}' },
      path: '/mcp',
    },
    {
      ...everything,
      name: 'everything-sse',
      transport: 'sse',
      program: ofNpm(EVERYTHING, 'sse'),
      env: { PORT: '{port}' },
      path: '/sse',
    },
    {
      name: 'files',
      server: '@modelcontextprotocol/server-filesystem 2026.8.31',
      transport: 'stdio',
      program: ofNpm('@modelcontextprotocol/server-filesystem/dist/index.js', files),
      calls: [
        ['list_allowed_directories', {}],
        ['read_text_file', { path: join(files, 'a.txt') }],
        ['read_media_file', { path: join(files, 'dot.png') }],
        ['write_file', { path: join(files, 'b.txt'), content: 'Written.\n' }],
        ['edit_file', { path: join(files, 'b.txt'), edits: [{ oldText: 'Written', newText: 'Edited' }] }],
        ['read_multiple_files', { paths: [join(files, 'a.txt'), join(files, 'b.txt'), join(files, 'none')] }],
        ['directory_tree', { path: files }],
        ['list_directory', { path: files }],
        ['search_files', { path: files, pattern: '*.txt' }],
        ['read_text_file', { path: '/etc/passwd' }],
        ['read_text_file', {}],
      ],
      reset: newFiles,
    },
    {
      name: 'memory',
      server: '@modelcontextprotocol/server-memory 2026.8.31',
      transport: 'stdio',
      program: ofNpm('@modelcontextprotocol/server-memory/dist/index.js'),
      env: { MEMORY_FILE_PATH: graph },
      calls: [
        ['create_entities', { entities: [{ name: 'Ada', entityType: 'person', observations: ['counts'] }] }],
        ['create_entities', { entities: [{ name: 'Bo', entityType: 'person', observations: [] }] }],
        ['create_relations', { relations: [{ from: 'Ada', to: 'Bo', relationType: 'knows' }] }],
        ['add_observations', { observations: [{ entityName: 'Bo', contents: ['listens'] }] }],
        ['add_observations', { observations: [{ entityName: 'Nobody', contents: ['?'] }] }],
        ['read_graph', {}],
        ['search_nodes', { query: 'counts' }],
        ['open_nodes', { names: ['Bo'] }],
        ['delete_entities', { entityNames: ['Ada'] }],
        ['read_graph', {}],
      ],
      reset: () => rmSync(graph, { force: true }),
    },
    {
      name: 'thinking',
      server: '@modelcontextprotocol/server-sequential-thinking 2026.8.31',
      transport: 'stdio',
      program: ofNpm('@modelcontextprotocol/server-sequential-thinking/dist/index.js'),
      stateful: true,
      calls: [1, 2, 3].map((thoughtNumber): Call => [
        'sequentialthinking',
        { thought: 'Hm.', thoughtNumber, totalThoughts: 3, nextThoughtNeeded: thoughtNumber < 3 },
      ]),
    },
    {
      name: 'git',
      server: '@cyanheads/git-mcp-server 2.15.3',
      transport: 'stdio',
      program: ofNpm('@cyanheads/git-mcp-server/dist/index.js'),
      env: { MCP_LOG_LEVEL: 'error', GIT_SIGN_COMMITS: 'false', ...AUTHOR },
      stateful: true,
      calls: [
        ['git_set_working_dir', { path: repository }],
        ['git_status', {}],
        ['git_log', {}],
        ['git_add', { all: true }],
        ['git_commit', { message: 'feat: b' }],
        ['git_show', { object: 'HEAD~1' }],
        ['git_branch', { mode: 'list' }],
        ['git_diff', { target: 'HEAD~1' }],
        ['git_checkout', { target: 'nowhere' }],
      ],
      varies: /\d{4}-\d\d-\d\dT[\d:.]+Z|"?\b[0-9a-f]{7,40}\b"?|"timestamp": ?\d+|requestId[^,]*/g,
      reset: newRepository,
    },
    {
      name: 'commander',
      server: '@wonderwhy-er/desktop-commander 0.2.52',
      transport: 'stdio',
      program: ofNpm('@wonderwhy-er/desktop-commander/dist/index.js', '--no-onboarding'),
      stateful: true,
      calls: [
        ['list_directory', { path: files, depth: 1 }],
        ['write_file', { path: join(files, 'c.txt'), content: 'c\n', mode: 'rewrite' }],
        ['read_file', { path: join(files, 'c.txt') }],
        ['start_process', { command: 'sleep 12; echo slow', timeout_ms: 20_000 }],
        ['read_file', { path: join(files, 'none') }],
      ],
      reset: newFiles,
      varies: /PID \d+|\d+(\.\d+)?m?s\b/g,
    },
    {
      name: 'gitlab',
      server: '@zereight/mcp-gitlab 2.1.64',
      transport: 'stdio',
      program: ofNpm('@zereight/mcp-gitlab/build/index.js'),
      env: GITLAB,
      calls: [
        ['get_merge_request', { project_id: '1', merge_request_iid: '1' }],
        ['search_repositories', { search: 'x' }],
        ['create_issue', {}],
      ],
    },
    {
      name: 'gl-http',
      server: '@zereight/mcp-gitlab 2.1.64',
      transport: 'http',
      program: ofNpm('@zereight/mcp-gitlab/build/index.js'),
      env: {
        ...GITLAB,
        STREAMABLE_HTTP: 'true',
        PORT: '{port}',
        HOST: '127.0.0.1',
        STREAMABLE_HTTP_AUTH_TOKEN: 'of-the-proof',
      },
      path: '/mcp',
      headers: { authorization: 'Bearer of-the-proof' },
      calls: [['create_issue', {}]],
    },
  ];
  const bakery = {
    server: 'fastmcp 4.1.4 with tasks',
    calls: [
      ['bake', { cakes: 2 }],
      ['bake', { cakes: 'many' }],
      ['burn', {}],
    ],
    only: [['ferment', { days: 3 }, 'It has rested for 3 days.']],
    prompts: { order: { what: 'bread' } },
    env: PYTHON,
    // Holdfast calls it as a task: FastMCP checks the arguments with a function of another name then, and tells that.
    varies: /call\[(bake|probe)\]/g,
  } satisfies Partial<Subject>;
  const booking = {
    server: 'fastmcp 4.1.4 with elicitation',
    calls: [],
    only: [['book', { train: 'IC 1' }, 'IC 1: Ada, window, 2 bags.']],
    env: PYTHON,
  } satisfies Partial<Subject>;
  const python: Subject[] = [
    { ...bakery, name: 'bakery', transport: 'stdio', program: ofOurs('bakery.py') },
    { ...bakery, name: 'bakery-http', transport: 'http', program: ofOurs('bakery.py', '{port}'), path: '/mcp' },
    { ...booking, name: 'booking', transport: 'stdio', program: ofOurs('booking.py') },
    { ...booking, name: 'booking-http', transport: 'http', program: ofOurs('booking.py', '{port}'), path: '/mcp' },
    {
      name: 'time',
      server: 'mcp-server-time 2026.10.19',
      transport: 'stdio',
      program: ofPyPi('mcp-server-time', '--local-timezone', 'UTC'),
      calls: [
        ['convert_time', { source_timezone: 'Europe/Zurich', time: '12:00', target_timezone: 'Asia/Tokyo' }],
        ['convert_time', { source_timezone: 'Nowhere', time: '12:00', target_timezone: 'Asia/Tokyo' }],
        ['get_current_time', {}],
      ],
    },
    {
      name: 'git-python',
      server: 'mcp-server-git 2026.10.19',
      transport: 'stdio',
      program: ofPyPi('mcp-server-git'),
      calls: [
        ['git_status', { repo_path: repository }],
        ['git_log', { repo_path: repository }],
        ['git_show', { repo_path: repository, revision: 'HEAD' }],
        ['git_status', { repo_path: '/nowhere' }],
      ],
      reset: newRepository,
    },
  ];
  return [...npm, ...(withPython ? python : [])];
}

const DATE = '2026-01-02T03:04:05Z';
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: DATE,
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: DATE,
};

/** No GitLab is there: what matters is the list, and an error that is the same each time. */
const GITLAB = { GITLAB_PERSONAL_ACCESS_TOKEN: 'none', GITLAB_API_URL: 'http://127.0.0.1:9/api/v4' };
