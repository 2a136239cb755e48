/** How much a process logs. */
import { z } from 'zod';

/** What HOLDFAST_LOG_LEVEL may be: the least that is logged. */
export const LogLevel = z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error');
export type LogLevel = z.output<typeof LogLevel>;
