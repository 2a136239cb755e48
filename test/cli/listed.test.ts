/** The tools of upstreams as the model will see them. */
import { listed } from '../../cli/listed';
import { UpstreamsPart } from '../../config/upstreams';

const upstreams = UpstreamsPart.parse({
  github: {
    command: 'x',
    deny: ['delete_*'],
    policy: { budget: '30 minutes' },
    tools: { 'create_*': { approval: 'required' }, find: { name: 'search', description: 'Finds.' } },
  },
  slow: { url: 'https://slow.example' },
  off: { command: 'x', disabled: true },
});

test('each tool has a line with its name, its length in a client, and its limits', () => {
  const offered = new Map([
    ['github', { tools: ['create_issue', 'delete_repo', 'find', 'job.list'] }],
    ['slow', { why: 'It did not answer within 60 s.' }],
  ]);
  expect(listed(upstreams, offered, new Set(['github_job_list']))).toEqual([
    'github: 3 of 4 tools',
    '  github_create_issue  34 characters  budget 30 minutes  approval required',
    '  search  21 characters  there find  budget 30 minutes',
    expect.stringMatching(/^ {2}github_job_list_[0-9a-f]{8} {2}39 characters {2}there job\.list {2}budget 30 minutes$/),
    'slow: could not be asked. It did not answer within 60 s.',
  ]);
});

test('a name that is too long for models is told', () => {
  const chosen = UpstreamsPart.parse({ a: { command: 'x', tools: { b: { name: 'n'.repeat(60) } } } });
  const lines = listed(chosen, new Map([['a', { tools: ['b'] }]]), new Set());
  expect(lines[1]).toContain('75 characters, more than the 64 that models take');
});
