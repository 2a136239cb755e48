// Written by Holdfast from the folders of the tools, again at each start or build. Do not edit.
// The menu: gateways load it.
import { analyzeRepository } from './analyze-repository/tool';
import { deepResearch } from './deep-research/tool';
import { searchSources } from './search-sources/tool';

export const tools = [
  analyzeRepository,
  deepResearch,
  searchSources,
];
