import { ApiProblem, ServerUnreachable, UnexpectedAnswer, WaitTimedOut } from '#libs/client';
import type { ProblemItem } from '#libs/contracts';
import { CliError } from './cli-error.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { problemLines } from './output/problems.js';
import { plain } from './output/text.js';

export interface ErrorReport {
  /** Without a line break at the end. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** What a person reads and a script gets when a command fails. Bugs of ours keep their stack. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof CliError) return { text: lines(error.message, error.hint), exitCode: error.exitCode };
  if (error instanceof ApiProblem) return { text: describeProblem(error), exitCode: exitOf(error) };
  if (error instanceof ServerUnreachable)
    return {
      text: lines(plain(error.message), 'Start one with `npm start`, or name another with --server or ORQUESTRA_URL.'),
      exitCode: exitCodes.failed,
    };
  if (error instanceof UnexpectedAnswer)
    return { text: lines(plain(error.message), 'Is --server (or ORQUESTRA_URL) the right address?'), exitCode: exitCodes.failed };
  if (error instanceof WaitTimedOut)
    return {
      text: lines(error.message, `Watch it: orquestra instance watch ${error.instanceId}`),
      exitCode: exitCodes.timedOut,
    };
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: exitCodes.failed };
}

function describeProblem(problem: ApiProblem): string {
  // An entry that is about no place in the request says nothing that the problem itself does not, but for its hint.
  const isWhole = ({ code, path }: ProblemItem): boolean => code === problem.code && path === '';
  const places = problemLines(
    problem.errors.filter((item) => !isWhole(item)),
    undefined,
  );
  const hints = problem.errors.filter(isWhole).flatMap(({ hint }) => (hint === undefined ? [] : [`  hint: ${plain(hint)}`]));
  const trace = problem.status >= 500 ? [`Trace ${problem.traceId} names it in the server's log.`] : [];
  return [`${problem.title} (${problem.code}): ${plain(problem.message)}`, ...places, ...hints, ...trace].join('\n');
}

function exitOf({ status }: ApiProblem): ExitCode {
  if (status === 404) return exitCodes.notFound;
  return status < 500 ? exitCodes.refused : exitCodes.failed;
}

const lines = (message: string, hint: string | undefined): string => (hint === undefined ? message : `${message}\n${hint}`);
