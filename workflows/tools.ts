/** Door two of two into this folder: the menu. The gateway imports this file; the sandbox never does. */
import { analyzeRepository } from './analyze-repository/tool';
import { deepResearch } from './deep-research/tool';
import type { ToolDefinition } from './define-tool';
import { searchSources } from './search-sources/tool';

/** The authored tools, in the order in which `tools/list` shows them. */
export const tools: readonly ToolDefinition[] = [analyzeRepository, searchSources, deepResearch];
