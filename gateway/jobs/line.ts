/** The line in front of Temporal: so many starts at one time, a bounded number behind them, and nobody waits while nothing moves. */
import { Problem, isProblem } from '../errors';

export interface LineBounds {
  /** Starts under way at one time. More would wait in Temporal, where their deadline runs and tenants have no turns. */
  readonly atOnce: number;
  /** How many may wait for a turn. When there are more, the tenant with most of them loses its last. */
  readonly waiting: number;
}

/**
 * Runs something when it is its turn: tenants take turns, however many starts of each are waiting. What waited while Temporal
 * answered nobody is turned away: turns would come one deadline after the other.
 *
 * @throws Problem `unavailable` (refused) when the line is too long or does not move, and nothing was run
 */
export type InTurn = <R>(tenant: string, run: () => Promise<R>) => Promise<R>;

/** Told whether its turn has come, or will not come. */
type Waiting = (turn: boolean) => void;

export function createLine({ atOnce, waiting }: LineBounds): InTurn {
  /** By tenant; whose turn is next comes first. */
  const lines = new Map<string, Waiting[]>();
  let busy = 0;
  /** How often Temporal has answered. */
  let answers = 0;

  /** Gives a place to whoever is next, if anybody is. */
  const handOn = (): void => {
    const [first] = lines;
    if (!first) return void (busy -= 1);
    const [tenant, line] = first;
    const turn = line.shift();
    lines.delete(tenant);
    if (line.length > 0) lines.set(tenant, line);
    turn?.(true);
  };
  const turnOf = (tenant: string): Promise<boolean> =>
    new Promise((resolve) => {
      const line = lines.get(tenant) ?? [];
      line.push(resolve);
      lines.set(tenant, line);
      let [most, all] = [line, 0];
      for (const other of lines.values()) {
        all += other.length;
        if (other.length > most.length) most = other;
      }
      if (all <= waiting) return;
      most.pop()?.(false);
      if (line.length === 0) lines.delete(tenant);
    });

  return async (tenant, run) => {
    if (busy < atOnce) busy += 1;
    else {
      const before = answers;
      if (!(await turnOf(tenant))) throw new Problem('unavailable', { refused: true });
      if (answers === before) {
        handOn();
        throw new Problem('unavailable', { refused: true });
      }
    }
    try {
      return await run();
    } catch (error) {
      if (isProblem(error, 'unavailable')) answers -= 1;
      throw error;
    } finally {
      answers += 1;
      handOn();
    }
  };
}
