/** `holdfast jobs`: what a person does with jobs. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { answer, callOnce, cancel, list, wait } from './call';
import type { CallOptions } from './call';
import { createClientCommand } from './client-command';
import { countUpTo } from './count';

/**
 * @param cacheDir - where it is noted which stacks of this user run
 * @param exitWith - ends the process with an exit code
 */
export function createJobsCommand(cacheDir: string, exitWith: (code: Promise<number>) => Promise<void>): Command {
  const clientCommand = (name: string, description: string): Command =>
    createClientCommand(cacheDir, name, description);
  return new Command('jobs')
    .description('list your jobs, wait for them, read, answer and cancel them')
    .addCommand(
      clientCommand('list', 'the latest jobs, newest first')
        .option('--running', 'only those that have not ended', false)
        .option('--limit <n>', 'how many, at most 50', countUpTo(50), 10)
        .action((options: CallOptions & { running: boolean; limit: number }) => exitWith(list(options))),
      { isDefault: true },
    )
    .addCommand(
      clientCommand('wait', 'wait until a job ends, and print its result')
        .argument('<job>')
        .action((job: string, options: CallOptions) => exitWith(wait(job, options))),
    )
    .addCommand(
      clientCommand('result', 'the result of a job, or what it has found so far')
        .argument('<job>')
        .action((job: string, options: CallOptions) => exitWith(callOnce('job_result', { job_id: job }, options))),
    )
    .addCommand(
      clientCommand('cancel', 'stop a job for good')
        .argument('<job>')
        .action((job: string, options: CallOptions) => exitWith(cancel(job, options))),
    )
    .addCommand(
      clientCommand('answer', 'answer a question of a job')
        .argument('<job>')
        .argument('<question>', 'its key, such as q1')
        .argument('[json]', "the answer, a JSON object that fits the question's form; {} to allow a call")
        .option('--decline', 'say no in place of an answer', false)
        .option('--by <name>', 'who answers, for the record', userInfo().username)
        .action(
          (
            job: string,
            question: string,
            json: string | undefined,
            options: CallOptions & { decline: boolean; by: string },
          ) => exitWith(answer(job, question, json, options)),
        ),
    );
}
