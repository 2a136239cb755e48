/** The body of a request: JSON, a form, text or bytes. */
import { randomBytes } from 'node:crypto';
import { failure } from '../../failure';
import type { Body, Part } from './api';
import { isNode, ownOf } from './json';
import { encoded, pairsOf, scalarOf } from './style';

export interface Payload {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** @throws ApplicationFailure `invalid_input` when the argument is not what the form needs */
export function payloadOf(body: Body, value: unknown): Payload {
  switch (body.form) {
    case 'json':
      return { type: body.type, bytes: Buffer.from(JSON.stringify(value)) };
    case 'text':
      return { type: body.type, bytes: Buffer.from(scalarOf(value)) };
    case 'bytes':
      return { type: body.type, bytes: bytesIn(value, 'body') };
    case 'urlencoded':
      return { type: body.type, bytes: Buffer.from(urlencoded(body, fieldsOf(value))) };
    case 'multipart':
      return multipart(body, fieldsOf(value));
    default:
      return body.form satisfies never;
  }
}

function fieldsOf(value: unknown): [string, unknown][] {
  if (!isNode(value)) throw failure('invalid_input', 'The argument body has to be an object: it is sent as a form.');
  return Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
}

/** A field has the style that its encoding names. Without one, an object in it is JSON, as OpenAPI says. */
function urlencoded({ parts }: Body, fields: readonly [string, unknown][]): string {
  return fields
    .flatMap(([name, value]) => {
      const { style, explode, allowReserved = false } = partOf(parts, name);
      if (style === undefined && explode === undefined && isNode(value))
        return [`${encoded(name)}=${encoded(JSON.stringify(value))}`];
      return pairsOf(name, value, {
        style: style ?? 'form',
        explode: explode ?? (style ?? 'form') === 'form',
        allowReserved,
      });
    })
    .join('&');
}

function multipart({ type, parts, bytes }: Body, fields: readonly [string, unknown][]): Payload {
  const boundary = `holdfast-${randomBytes(16).toString('hex')}`;
  const pieces = fields.flatMap(([name, value]) => {
    const { contentType } = partOf(parts, name);
    const binary = bytes.includes(name);
    return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).flatMap((one) => {
      const file = binary ? `; filename="${quoted(name)}"` : '';
      const kind =
        contentType ??
        (binary ? 'application/octet-stream' : isNode(one) || Array.isArray(one) ? 'application/json' : undefined);
      const head = [
        `--${boundary}`,
        `content-disposition: form-data; name="${quoted(name)}"${file}`,
        ...(kind === undefined ? [] : [`content-type: ${kind}`]),
      ];
      return [
        Buffer.from(`${head.join('\r\n')}\r\n\r\n`),
        binary ? bytesIn(one, name) : Buffer.from(scalarOf(one)),
        Buffer.from('\r\n'),
      ];
    });
  });
  return {
    type: `${type.split(';')[0] ?? ''}; boundary=${boundary}`,
    bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

const partOf = (parts: Body['parts'], name: string): Part => {
  const part = ownOf(parts, name);
  return isNode(part) ? part : {};
};

/** As browsers write names of fields, so that none ends its header. */
const quoted = (name: string): string =>
  name.replace(/["\r\n]/g, (one) => (one === '"' ? '%22' : one === '\r' ? '%0D' : '%0A'));

function bytesIn(value: unknown, name: string): Buffer {
  if (typeof value !== 'string' || !/^[\w+/\s-]*={0,2}\s*$/.test(value))
    throw failure('invalid_input', `The argument ${name} has to be bytes, as a string of base64.`);
  return Buffer.from(value, 'base64');
}
