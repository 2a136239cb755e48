/** Which Temporal a command asks: that of the deployment which the environment names, or that of the stack which runs here. */
import { BadSetting } from '../config/file';
import { temporalConfig } from '../config/temporal';
import type { TemporalConfig } from '../config/temporal';
import { devConfig } from './config';
import { readRecord } from './dev/record';
import type { StackRecord } from './dev/record';

/** The Temporal that the environment names, else that of the stack in `record`, if one runs. */
export function temporalOf(env: NodeJS.ProcessEnv, record: StackRecord | undefined): TemporalConfig | undefined {
  const temporal = temporalConfig(env);
  if (temporal.connectionOptions.address !== undefined) return temporal;
  return record && { ...temporal, connectionOptions: { address: record.temporal.address } };
}

/** The Temporal that the environment names, else that of the stack which runs in this folder. @throws BadSetting where there is neither */
export function temporalHere(env: NodeJS.ProcessEnv): TemporalConfig {
  const temporal = temporalOf(env, readRecord(devConfig(env).dataDir));
  if (temporal) return temporal;
  throw new BadSetting('No stack runs here: name the Temporal of the deployment in TEMPORAL_ADDRESS.');
}
