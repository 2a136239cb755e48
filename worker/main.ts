/** The worker process of Holdfast's own tools. */
import { tools } from '../workflows/tools';
import { BUNDLE } from './bundle';
import { runWorker } from './process';

runWorker(process.env, { bundle: BUNDLE, steps: {}, tools });
