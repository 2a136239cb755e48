/** `holdfast/gateway`: a gateway that offers a project's tools, as a process of its own or in one of the author's. */
export { runGateway, startGateway } from '../gateway/process';
export type { Gateway } from '../gateway/gateway';
export { tools as builtin } from '../workflows/tools';
