/** What is kept of a document: enough to offer its operations as tools, and to call them. Plain data, since a thread reads it. */
import type { Given } from '../../../workflows/upstream-contract';

export const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'] as const;
export type Method = Uppercase<(typeof METHODS)[number]>;

export type Place = 'path' | 'query' | 'header' | 'cookie';

/** How a value is written: OpenAPI's `style`, `explode` and `allowReserved`. */
export interface Style {
  readonly style: string;
  readonly explode: boolean;
  readonly allowReserved: boolean;
}

export interface Parameter extends Style {
  /** Its name among the arguments of the tool. */
  readonly argument: string;
  /** Its name for the API. */
  readonly name: string;
  readonly place: Place;
  readonly required: boolean;
  /** Whether it is written as JSON, and not by its style. */
  readonly json: boolean;
}

/** How a property of a form is sent. */
export interface Part extends Partial<Style> {
  readonly contentType?: string | undefined;
}

export interface Body {
  /** Its media type. */
  readonly type: string;
  readonly form: 'json' | 'urlencoded' | 'multipart' | 'text' | 'bytes';
  readonly required: boolean;
  /** The parts of a form, by property. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Properties of a multipart form that are bytes: base64 in the arguments. */
  readonly bytes: readonly string[];
}

/** Scopes by security scheme: all of the schemes together let a caller in. */
export type Requirement = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  /** Name of its tool. */
  readonly name: string;
  /** MCP's `Tool`. */
  readonly definition: Given;
  readonly method: Method;
  /** With its parameters in braces. */
  readonly path: string;
  /** Its own server, in place of the document's. */
  readonly server?: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body?: Body | undefined;
  /** Each of them lets a caller in. */
  readonly security: readonly Requirement[];
  /** Media types of its answers, for the header `accept`. */
  readonly accept: string;
}

export type Scheme =
  | { readonly kind: 'apiKey'; readonly place: Place; readonly name: string }
  | { readonly kind: 'basic' | 'bearer' }
  | { readonly kind: 'oauth2'; readonly tokenUrl?: string | undefined }
  | { readonly kind: 'unknown'; readonly what: string };

export interface Api {
  readonly title: string;
  readonly version: string;
  /** The document's server, if it names one; it may be relative to the document. */
  readonly server?: string | undefined;
  /** Each server that is named anywhere. */
  readonly servers: readonly string[];
  readonly schemes: Readonly<Record<string, Scheme>>;
  readonly operations: readonly Operation[];
  /** What was left out, a sentence each. */
  readonly left: readonly string[];
}
