/** By which jobs are searched for in Temporal. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../workflows/contract';

export const TENANT = defineSearchAttributeKey(SEARCH_ATTRIBUTES.tenant, 'KEYWORD');
export const SUBJECT = defineSearchAttributeKey(SEARCH_ATTRIBUTES.subject, 'KEYWORD');
export const TOOL = defineSearchAttributeKey(SEARCH_ATTRIBUTES.tool, 'KEYWORD');
