/** `holdfast jobs`: what a person does with jobs. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { CallOptions } from './call';
import { createClientCommand } from './client-command';
import { countUpTo } from './count';
import { exitWith } from './exit';

/** Loaded by the command that runs: a client of MCP takes longer to load than most commands take. */
const calls = () => import('./call.js');

/** @param cacheDir - where it is noted which stacks of this user run */
export function createJobsCommand(cacheDir: string): Command {
  const clientCommand = (name: string, description: string): Command =>
    createClientCommand(cacheDir, name, description);
  return new Command('jobs')
    .description('list your jobs, wait for them, read, answer and cancel them')
    .addCommand(
      clientCommand('list', 'the latest jobs, newest first')
        .option('--running', 'only those that have not ended', false)
        .option('--limit <n>', 'how many, at most 50', countUpTo(50), 10)
        .action(async (options: CallOptions & { running: boolean; limit: number }) =>
          exitWith((await calls()).list(options)),
        ),
      { isDefault: true },
    )
    .addCommand(
      clientCommand('wait', 'wait until a job ends, and print its result')
        .argument('<job>')
        .action(async (job: string, options: CallOptions) => exitWith((await calls()).wait(job, options))),
    )
    .addCommand(
      clientCommand('result', 'the result of a job, or what it has found so far')
        .argument('<job>')
        .action(async (job: string, options: CallOptions) =>
          exitWith((await calls()).callOnce('job_result', { job_id: job }, options)),
        ),
    )
    .addCommand(
      clientCommand('cancel', 'stop a job for good')
        .argument('<job>')
        .action(async (job: string, options: CallOptions) => exitWith((await calls()).cancel(job, options))),
    )
    .addCommand(
      clientCommand('answer', 'answer a question of a job')
        .argument('<job>')
        .argument('<question>', 'its key, such as q1')
        .argument('[json]', "the answer, a JSON object that fits the question's form; {} to allow a call")
        .option('--decline', 'say no in place of an answer', false)
        .option('--by <name>', 'who answers, for the record', userInfo().username)
        .action(
          async (
            job: string,
            question: string,
            json: string | undefined,
            options: CallOptions & { decline: boolean; by: string },
          ) => exitWith((await calls()).answer(job, question, json, options)),
        ),
    );
}
