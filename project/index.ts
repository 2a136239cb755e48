/** `holdfast`: what `tool.ts` and `holdfast.config.ts` of a project import. Gateways load it, so it knows zod and nothing else. */
export { z } from 'zod';
export { defineTool } from '../workflows/define-tool';
export type { Annotations, Duration, InputOf, OutputOf, PolicyInWords, ToolDefinition } from '../workflows/define-tool';
export { defineConfig } from './config';
export type { ProjectConfig } from './config';
