/** The port where Prometheus reads. It is another one than that of clients: what is counted is no affair of theirs. */
import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { validateHostHeader } from '@modelcontextprotocol/server';
import type { Address } from '../../config/address';
import type { Metrics } from '../metrics';

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** Makes the server; it does not listen yet. On loopback it answers to loopback's names alone: a browser may have been led there. */
export function createScrape(metrics: Pick<Metrics, 'text' | 'contentType'>, { host }: Address): HttpServer {
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
