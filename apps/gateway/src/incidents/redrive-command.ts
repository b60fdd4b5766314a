import { Injectable } from '@nestjs/common';
import { actCommandSchemas, eventCommandSchema, startBodySchema } from '#libs/contracts';
import { CommandHandler } from '../commands/command-handler.js';
import { type CommandName, readCommand, type ReadCommand } from '../commands/read-command.js';
import { DefinitionCatalog } from '../definitions/definition-catalog.js';
import { ApiProblem } from '../http/api-problem.js';
import { checkBody } from '../http/validation.pipe.js';
import { requireInput } from '../instances/require-input.js';
import type { Redrive, Redriven } from './redrive.js';
import { storedMessage } from './stored-message.js';

/** Commands of AMQP, handled again here: what they ask for is stored under the name of the redrive, once. */
@Injectable()
export class RedriveCommand {
  constructor(
    private readonly handler: CommandHandler,
    private readonly catalog: DefinitionCatalog,
  ) {}

  /** Against the schema of the command, and of a start the input against that of its definition. @throws ApiProblem */
  async check(redrive: Redrive): Promise<void> {
    const { name, body } = commandOf(redrive);
    const checked = checkBody(schemaOf(name), body);
    if (name !== 'workflow.start') return;
    const { definition, version, input = {} } = startBodySchema.parse(checked);
    requireInput((await this.catalog.resolve(definition, version)).plan, input);
  }

  /** @throws ApiProblem what it is refused for; OVERLOADED: its owner has not decided yet, and may still do it */
  async run(redrive: Redrive, traceId: string): Promise<Redriven> {
    const command = commandOf(redrive);
    const { type, body } = await this.handler.again({ ...command, ...nameOf(redrive) }, traceId);
    const answer = JSON.parse(body) as { code?: ApiProblem['code']; detail?: string; id?: string; status?: string };
    if (type === 'problem') throw new ApiProblem(answer.code!, answer.detail ?? '');
    return { message: `${command.name} was done`, instance: answer.id };
  }
}

/** Its message_id may be what was missing. */
function commandOf({ incident, wish, name }: Redrive): ReadCommand {
  const message = storedMessage(incident, wish.edit);
  return readCommand({ ...message, messageId: message.messageId || name });
}

/**
 * A refused command has done nothing, so its redrive has a name of its own; with one hash for all: its effect is the first that got through,
 * whatever another try says. How far one at which we failed had got nobody knows: it keeps its name, also with an edit.
 */
function nameOf({ incident, name }: Redrive): Pick<ReadCommand, 'key' | 'hash'> {
  if (incident.kind !== 'failingCommand') return { key: name, hash: 'redrive' };
  const { key, hash } = readCommand(storedMessage(incident));
  return { key, hash };
}

function schemaOf(name: CommandName) {
  if (name === 'workflow.start') return startBodySchema;
  return name === 'workflow.event' ? eventCommandSchema : actCommandSchemas[name];
}
