// Written by Holdfast from the folders of the tools, again at each start or build. Do not edit.
// The workflows: Temporal's sandbox loads them. Their exported names are wire formats.
export { analyzeRepository } from './analyze-repository/workflow';
export { deepResearch } from './deep-research/workflow';
export { searchSources } from './search-sources/workflow';
