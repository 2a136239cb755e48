/**
 * Door one: the bundle. The worker loads this file by path into Temporal's sandbox. An exported name is a wire format:
 * renaming one strands the jobs in flight.
 */
export { analyzeRepository } from './analyze-repository/workflow';
export { deepResearch } from './deep-research/workflow';
export { searchSources } from './search-sources/workflow';
export { deliverWebhook } from './deliver/workflow';
export { singleStep } from './single-step/workflow';
