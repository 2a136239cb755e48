/** `holdfast tools`: what a gateway offers, and how one of its tools is called. */
import type { Tool } from '@modelcontextprotocol/client';
import { draftOf } from '../project/draft';
import { excerpt } from '../workflows/excerpt';
import { argumentLines } from './arguments';
import type { CallOptions } from './call';
import { connect } from './endpoint';
import { EXIT } from './exit';
import { holdfastFrom, quoted } from './shell';

/** How much of a description is shown in the list, characters. */
const LINE_MAX = 100;

/**
 * Prints a line for each tool, or all that is to be known of one. Returns the exit code.
 *
 * @param name - of the one tool
 */
export async function tools(name: string | undefined, options: CallOptions): Promise<number> {
  const client = await connect(options);
  try {
    const { tools: offered } = await client.listTools();
    const found = name === undefined ? offered : offered.filter((tool) => tool.name === name);
    const [one] = found;
    if (name !== undefined && !one) {
      console.error(`There is no tool ${name}. ${holdfastFrom(process.cwd())} tools lists those that there are.`);
      return EXIT.usage;
    }
    if (options.json) console.log(JSON.stringify(name === undefined ? found : one, null, 2));
    else console.log(visible((name === undefined ? linesOf(found) : one ? wordsOf(one) : []).join('\n')));
    return EXIT.done;
  } finally {
    await client.close();
  }
}

function linesOf(offered: readonly Tool[]): string[] {
  const width = Math.max(...offered.map(({ name }) => name.length));
  return [
    ...offered.map(({ name, description = '' }) => `${name.padEnd(width)}  ${firstSentence(description)}`.trimEnd()),
    '',
    `The arguments of one: ${holdfastFrom(process.cwd())} tools <tool>`,
  ];
}

function wordsOf({ name, description = '', inputSchema }: Tool): string[] {
  const lines = argumentLines(inputSchema);
  return [
    description,
    '',
    ...(lines.length === 0 ? ['It takes no arguments.'] : lines),
    '',
    `${holdfastFrom(process.cwd())} call ${name} ${quoted(JSON.stringify(draftOf(inputSchema)))}`,
  ];
}

function firstSentence(text: string): string {
  const [sentence = ''] = text.replaceAll(/\s+/g, ' ').split(/(?<=\.) /, 1);
  return sentence.length <= LINE_MAX ? sentence : `${excerpt(sentence, LINE_MAX - 1)}…`;
}

/** Descriptions are others' text: what moves the cursor of a terminal, or cannot be seen, is taken out. */
const visible = (text: string): string => text.replaceAll(/(?!\n)\p{C}/gu, '');
