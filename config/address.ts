/** Where a process serves its metrics: a port of loopback, unless the operator names an address for it. */
import { z } from 'zod';

export interface Address {
  /** As a socket wants it: an IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address as it is written. */
export const textOf = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** `9464`, `10.0.0.5:9464` or `[::]:9464`. A port alone is one of loopback; an empty text is no address. */
export const Address = z
  .string()
  .transform((text) => /^(?:(?:([\d.]+)|\[([\da-f:.]+)\]):)?(\d{1,5})$/i.exec(text) ?? (text === '' ? [] : undefined))
  .refine(
    (parts) => parts !== undefined && Number(parts[3] ?? 0) <= 65_535,
    'must be a port, or address:port as in 0.0.0.0:9464',
  )
  .transform((parts): Address | undefined =>
    parts?.[3] === undefined ? undefined : { host: parts[1] ?? parts[2] ?? '127.0.0.1', port: Number(parts[3]) },
  )
  .optional();
