/** What the commands read from the environment. The only file in cli/ that does. */
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { z } from 'zod';
import { BadSetting, fileAt } from '../config/file';

/** Where a stack keeps its data, relative to the working directory. */
export const DEFAULT_DATA_DIR = '.holdfast';

const Environment = z.object({
  HOLDFAST_DATA_DIR: z.string().default(DEFAULT_DATA_DIR),
  HOLDFAST_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'HOLDFAST_PORT must be a port number, or 0 for any free one')
    .transform(Number)
    .optional(),
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_WEBHOOK_SECRET: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_CLI_PATH: z.string().optional(),
  PATH: z.string().default(''),
  XDG_CACHE_HOME: z.string().optional(),
  LOCALAPPDATA: z.string().optional(),
});

/** What the stack itself takes from the configuration file. What else is in there is the processes' affair. */
const File = z.looseObject({
  gateway: z
    .looseObject({
      port: z.int().min(0).max(65_535).optional(),
      host: z.unknown().optional(),
      keys: z.array(z.unknown()).optional().catch(undefined),
    })
    .prefault({}),
});

export type DevConfig = ReturnType<typeof devConfig>;
/** What is needed to find the Temporal CLI. */
export type EngineConfig = DevConfig['engine'];

/**
 * Reads the environment.
 *
 * @throws BadSetting that names the setting and what it wants
 */
export function devConfig(env: NodeJS.ProcessEnv) {
  const result = Environment.safeParse(env);
  if (!result.success) throw new BadSetting(result.error.issues.map(({ message }) => message).join('; '));
  const set = result.data;
  const { gateway: file } = fileAt(File, set.HOLDFAST_CONFIG);
  return {
    dataDir: resolve(set.HOLDFAST_DATA_DIR),
    workDir: process.cwd(),
    port: set.HOLDFAST_PORT ?? file.port ?? 8484,
    /** Of the configuration file. The stack is for this machine alone, and listens on loopback whatever it says. */
    host: file.host,
    /** Whether callers need an API key. */
    keyed: (file.keys ?? []).length > 0,
    configFile: set.HOLDFAST_CONFIG,
    webhookSecret: set.HOLDFAST_WEBHOOK_SECRET,
    temporal: { address: set.TEMPORAL_ADDRESS, namespace: set.TEMPORAL_NAMESPACE },
    engine: {
      cliPath: set.TEMPORAL_CLI_PATH,
      path: set.PATH.split(delimiter).filter(Boolean),
      cacheDir: join(cacheHome(set), 'holdfast'),
    },
  };
}

/** The user's cache folder: outside every checkout, so that each clone finds the engine again. */
function cacheHome({ XDG_CACHE_HOME, LOCALAPPDATA }: z.output<typeof Environment>): string {
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  return join(homedir(), '.cache');
}
