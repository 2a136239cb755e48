/** The gateway process of Holdfast's own tools. */
import { tools } from '../workflows/tools';
import { runGateway } from './process';

runGateway(process.env, tools);
