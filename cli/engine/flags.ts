/** The settings of the embedded Temporal dev server, as data, each with its reason. */
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';

interface Flag {
  readonly flag: readonly [name: string, value: string];
  readonly why: string;
}

const setting = (value: string, why: string): Flag => ({ flag: ['--dynamic-config-value', value], why });

/** Without these Holdfast does not run. */
export const NEEDED: readonly Flag[] = Object.values(SEARCH_ATTRIBUTES).map((name) => ({
  flag: ['--search-attribute', `${name}=Keyword`],
  why: 'every job carries it; a start that names an unknown attribute fails',
}));

/** With these no page in a browser drives the server. The gRPC port needs none: browsers do not speak HTTP/2 without TLS. */
export const CLOSED: readonly Flag[] = [
  setting(
    'frontend.httpAllowedHosts=[]',
    'its HTTP API cannot be switched off, answers whoever finds its port, takes orders from any page, and nothing here uses it',
  ),
];

/** With these the dev server is quick: on one machine a job with one step took 150 ms without them, and 27 ms with them. */
export const TUNED: readonly Flag[] = [
  { flag: ['--sqlite-pragma', 'journal_mode=WAL'], why: "SQLite's default journal syncs every write" },
  { flag: ['--sqlite-pragma', 'synchronous=NORMAL'], why: 'with WAL it loses nothing when a process is killed' },
  setting(
    'history.transferProcessorMaxPollRPS=120',
    'the one shard reads its queue 20 times a second by default: 50 ms for each hand-over; far higher values lose batching',
  ),
  setting('matching.enableFairness=true', 'tenants share a backlog; costs nothing measurable'),
  setting(
    'matching.numTaskqueueReadPartitions=1',
    'priorities and shares hold within a partition; four, the default, are for loads that one machine does not see',
  ),
  setting('matching.numTaskqueueWritePartitions=1', 'as for the read partitions'),
  setting(
    'frontend.enableCancelWorkerPollsOnShutdown=true',
    'a decision handed to a worker that stops at that moment is answered by nobody, and its job waits for 10 s',
  ),
  setting(
    'frontend.namespaceCount=5000',
    'long polls at one time: one for each job that is waited on; the default is 1,200',
  ),
];
