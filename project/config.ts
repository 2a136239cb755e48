/** What holdfast.config.ts says: where the tools are, and whatever holdfast.yaml can say. */
import type { z } from 'zod';
import type { Parts } from '../config/parts';

/** A project's configuration. All of it has defaults. */
export interface ProjectConfig extends z.input<typeof Parts> {
  /** The folder that holds a folder for each tool, relative to this file. Default `tools`. */
  readonly tools?: string;
  /** Tools of Holdfast itself that the menu has as well, such as `search_sources`. Default: none. */
  readonly builtin?: readonly string[];
}

/** Checks the type of a configuration and returns it unchanged. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}
