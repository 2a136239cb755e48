/** Reads the configuration anew while the gateway runs: on SIGHUP, and when its file has changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { BadSetting } from '../config/file';
import { needsNoRestart } from './config';
import type { GatewayConfig } from './config';
import type { Gateway } from './gateway';

export interface ReloadNeeds {
  /** Reads the configuration. @throws BadSetting that says what is wrong with it */
  readonly read: () => GatewayConfig;
  readonly gateway: Pick<Gateway, 'reload'>;
  /** Goes on watching these files of settings. Absent: none is watched. */
  readonly watch?: (files: readonly string[]) => void;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/**
 * Returns what reads it anew. A configuration that is wrong changes nothing, and the log says why; settings that wait for a restart are
 * named there.
 *
 * @param begun - what the gateway was started with
 */
export function createReload(begun: GatewayConfig, { read, gateway, watch, log }: ReloadNeeds): () => void {
  return () => {
    try {
      const next = read();
      watch?.(next.files); // whether they are taken or not: who corrects one wants it read again
      gateway.reload(next);
      const names = Object.keys(next) as (keyof GatewayConfig)[];
      const waiting = names.filter((name) => !needsNoRestart(name) && !isDeepStrictEqual(next[name], begun[name]));
      log.info(
        { keys: next.keys.length, ...(waiting.length > 0 && { waitingForRestart: waiting }) },
        'configuration was read anew',
      );
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      if (error.files) watch?.(error.files);
      log.error(`The configuration was not read anew, and nothing has changed. ${error.message}`);
    }
  };
}
