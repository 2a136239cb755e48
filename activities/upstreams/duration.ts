/** Times as the settings of upstreams have them. */
export { msToNumber as millisecondsIn } from '@temporalio/common/lib/time';
