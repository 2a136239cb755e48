/** Where an upstream is, in words that hold no secret: addresses and arguments may have one anywhere. */
import { basename } from 'node:path';
import type { UpstreamSettings } from './upstreams';

/** Programs that start what their first argument names, and is no secret. */
const STARTERS = ['npx', 'bunx', 'uvx', 'pipx', 'node', 'bun', 'deno', 'python', 'python3', 'uv', 'docker', 'podman'];
const NAMED = /^(?!-)(?!.*:\/\/)[\w@./:+~=^-]{1,100}$/;

/** A program with what it starts, or a host. */
export function targetOf(settings: UpstreamSettings): string {
  if ('command' in settings) {
    const program = basename(settings.command);
    const started = STARTERS.includes(program) ? settings.args.find((arg) => NAMED.test(arg)) : undefined;
    return [program, started].filter(Boolean).join(' ');
  }
  const address = 'url' in settings ? settings.url : settings.openapi;
  const [, host] = /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)/i.exec(address) ?? [];
  if (host !== undefined) return host;
  return 'openapi' in settings && !address.includes('://') ? basename(address) : 'an address in a variable';
}
