/**
 * The bundle of a project, but for its own workflows: these are put in the place of the mark below. So the SDK's part is bundled
 * once, when Holdfast is built, from the packages that it is tested with, and never from those that lie beside an author's folder.
 */
import * as temporal from '@temporalio/workflow';
import * as own from '../workflows/index';
import { mode } from './mode';
import * as kit from './workflow';

const provided: Readonly<Record<string, unknown>> = { '@temporalio/workflow': temporal, 'holdfast/workflow': kit };
const author: { exports: Record<string, unknown> } = { exports: {} };

const given = { module: author, require: (name: string): unknown => provided[name], mode };

((holdfastGiven: typeof given) => {
  'HOLDFAST-PROJECT-CODE';
  return holdfastGiven;
})(given);

const workflows: Readonly<Record<string, unknown>> = { ...own, ...author.exports };
export = workflows;
