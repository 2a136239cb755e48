/**
 * Door one of two into this folder: the bundle. The worker loads this file by path into Temporal's sandbox. The exported names
 * are wire formats: when one is renamed, the jobs that run it are stranded.
 */
export * from './authored';
export { deliverWebhook } from './deliver/workflow';
export { singleStep } from './single-step/workflow';
export { upstreamCall } from './upstream-call/workflow';
export { upstreamListing } from './upstream-listing/workflow';
export { upstreamRead } from './upstream-read/workflow';
export { foreignRun } from './foreign-run/workflow';
export { callTool } from './call-tool/workflow';
