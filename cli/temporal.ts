/** Which deployment a command looks at: the one whose Temporal the environment names, or the stack which runs here. */
import { BadSetting } from '../config/file';
import { temporalConfig } from '../config/temporal';
import type { TemporalConfig } from '../config/temporal';
import { devConfig } from './config';
import { readRecord } from './dev/record';
import type { StackRecord } from './dev/record';

export interface Deployment {
  readonly temporal: TemporalConfig;
  /** The stack that it is; undefined where the environment names it. */
  readonly stack: StackRecord | undefined;
}

/** The deployment that the environment names, else the stack in `record`, if one runs. */
export function deploymentOf(env: NodeJS.ProcessEnv, record: StackRecord | undefined): Deployment | undefined {
  const temporal = temporalConfig(env);
  if (temporal.connectionOptions.address !== undefined) return { temporal, stack: undefined };
  return (
    record && { temporal: { ...temporal, connectionOptions: { address: record.temporal.address } }, stack: record }
  );
}

/** The deployment that the environment names, else the stack which runs in this folder. @throws BadSetting where there is neither */
export function deploymentHere(env: NodeJS.ProcessEnv): Deployment {
  const deployment = deploymentOf(env, readRecord(devConfig(env).dataDir));
  if (deployment) return deployment;
  throw new BadSetting('No stack runs here: name the Temporal of the deployment in TEMPORAL_ADDRESS.');
}
