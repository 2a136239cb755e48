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
  const holdfast = holdfastFrom(process.cwd());
  const client = await connect(options);
  try {
    const { tools: offered } = await client.listTools();
    if (name === undefined) return print(offered, listed(offered, holdfast), options);
    const tool = offered.find((one) => one.name === name);
    if (tool) return print(tool, wordsOf(tool, holdfast), options);
    console.error(`There is no tool ${name}. ${holdfast} tools lists those that there are.`);
    return EXIT.usage;
  } finally {
    await client.close();
  }
}

/** Prints what a gateway has sent, or what is said of it. */
function print(sent: unknown, lines: readonly string[], { json }: CallOptions): number {
  console.log(json ? JSON.stringify(sent, null, 2) : visible(lines.join('\n')));
  return EXIT.done;
}

function listed(offered: readonly Tool[], holdfast: string): string[] {
  const width = Math.max(...offered.map(({ name }) => name.length));
  return [
    ...offered.map(({ name, description = '' }) => `${name.padEnd(width)}  ${firstSentence(description)}`.trimEnd()),
    '',
    `The arguments of one: ${holdfast} tools <tool>`,
  ];
}

function wordsOf({ name, description = '', inputSchema }: Tool, holdfast: string): string[] {
  const lines = argumentLines(inputSchema);
  return [
    description,
    '',
    ...(lines.length === 0 ? ['It takes no arguments.'] : lines),
    '',
    `${holdfast} call ${name} ${quoted(JSON.stringify(draftOf(inputSchema)))}`,
  ];
}

function firstSentence(text: string): string {
  const [sentence = ''] = text.replaceAll(/\s+/g, ' ').split(/(?<=\.) /, 1);
  return sentence.length <= LINE_MAX ? sentence : `${excerpt(sentence, LINE_MAX - 1)}…`;
}

/** Descriptions are others' text: what moves the cursor of a terminal, or cannot be seen, is taken out. */
const visible = (text: string): string => text.replaceAll(/(?!\n)\p{C}/gu, '');
