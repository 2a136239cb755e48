/** The port where Prometheus reads. It is another one than that of clients: what is counted is no affair of theirs. */
import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateHostHeader } from '@modelcontextprotocol/server';
import type { Logger } from 'pino';
import type { Address } from '../../config/address';
import type { Metrics } from '../metrics';

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

type Readable = Pick<Metrics, 'text' | 'contentType'>;

/** Serves metrics, if the port can be had: a gateway is not kept from its work by a port that only its operator reads. */
export async function serveMetrics(
  metrics: Readable,
  { host, port }: Address,
  log: Logger,
): Promise<HttpServer | undefined> {
  const server = createScrape(metrics, host);
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    log.info(server.address() as AddressInfo, 'metrics are served');
    return server;
  } catch (error) {
    log.error({ err: error }, 'metrics are not served: HOLDFAST_METRICS names an address that cannot be had');
    return undefined;
  }
}

/** On loopback it answers to loopback's names alone: a browser may have been led there. */
function createScrape(metrics: Readable, host: string): HttpServer {
  const open = !['127.0.0.1', '::1'].includes(host);
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 5_000 },
    ({ method, url, headers }, response) => {
      const known = method === 'GET' && url === '/metrics' && (open || validateHostHeader(headers.host, LOOPBACK).ok);
      if (!known) return void response.writeHead(404).end();
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    },
  );
  server.maxConnections = 20;
  return server;
}
