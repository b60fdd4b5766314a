import { ApiProblem } from '../http/api-problem.js';
import { type CommandDelivery, readCommand, type ReadCommand } from './read-command.js';

const start = { definition: 'greet', input: { n: 1 } };
const attributes = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'dev.orquestrax.workflow.start.v1' };
const binary = (prefix: string, more: object = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries({ ...attributes, ...more }).map(([name, value]) => [prefix + name, value]));
const structured = (more: object = {}): Partial<CommandDelivery> => ({
  contentType: 'application/cloudevents+json; charset=utf-8',
  messageId: undefined,
  content: Buffer.from(JSON.stringify({ ...attributes, data: start, ...more })),
});

const delivery = (more: Partial<CommandDelivery> = {}): CommandDelivery => ({
  routingKey: 'workflow.start',
  content: Buffer.from(JSON.stringify(start)),
  messageId: 'm-1',
  headers: {},
  ...more,
});

function read(more: Partial<CommandDelivery> = {}): ReadCommand {
  return readCommand(delivery(more));
}

function refusal(more: Partial<CommandDelivery>): ApiProblem {
  try {
    readCommand(delivery(more));
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('readCommand', () => {
  it('reads plain JSON, named by its routing key and its message_id', () => {
    expect(read()).toMatchObject({ name: 'workflow.start', id: 'm-1', key: 'amqp:m-1', body: start, event: undefined });
    expect(read({ contentType: 'application/json; charset=utf-8' }).body).toEqual(start);
    expect(read({ contentType: 'Application/vnd.shop.order+JSON' }).body).toEqual(start);
  });

  it.each(['cloudEvents:', 'cloudEvents_'])('reads a CloudEvent whose attributes are headers with %s', (prefix) => {
    const command = read({ headers: binary(prefix), messageId: undefined, contentType: 'application/json' });
    expect(command).toMatchObject({ name: 'workflow.start', id: 'e-1', key: 'amqp:/shop e-1', body: start });
    expect(command.event).toEqual({ attributes, prefix });
  });

  it('reads a CloudEvent whose attributes are in the content', () => {
    const command = read(structured({ time: '2027-01-01T00:00:00Z' }));
    expect(command).toMatchObject({ name: 'workflow.start', id: 'e-1', key: 'amqp:/shop e-1', body: start });
    expect(command.event?.attributes).toMatchObject({ time: '2027-01-01T00:00:00Z' });
  });

  it('reads data in base64', () => {
    const bytes = Buffer.from(JSON.stringify(start)).toString('base64');
    expect(read(structured({ data: undefined, data_base64: bytes })).body).toEqual(start);
  });

  it('is named by the type of the CloudEvent when the routing key is no command', () => {
    const type = 'dev.orquestrax.workflow.step.retry.v1';
    expect(read({ routingKey: 'shop.orders', headers: binary('cloudEvents:', { type }) }).name).toBe('workflow.step.retry');
    expect(read({ routingKey: 'workflow.cancel', headers: binary('cloudEvents:', { type }) }).name).toBe('workflow.cancel');
  });

  it('is the same command when the same message_id comes as another CloudEvent', () => {
    expect(read({ headers: binary('cloudEvents:') }).key).toBe('amqp:m-1');
  });

  it('names a message whose id is long or strange by its hash', () => {
    expect(read({ messageId: undefined, headers: binary('cloudEvents:', { id: 'x'.repeat(10_000) }) }).key).toMatch(
      /^amqp:sha256:[0-9a-f]{64}$/,
    );
    expect(read({ messageId: 'a\0b' }).key).toMatch(/^amqp:sha256:/);
  });

  it('knows how long its answer may wait', () => {
    expect(read({ headers: { wait: '20s' } }).waitMs).toBe(20_000);
    expect(read().waitMs).toBeUndefined();
    expect(refusal({ headers: { wait: '2h' } })).toMatchObject({ code: 'PARAMETER_INVALID' });
    expect(refusal({ headers: { wait: 20 } })).toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it.each<[string, Partial<CommandDelivery>, string]>([
    ['without an id', { messageId: undefined }, 'MESSAGE_ID_REQUIRED'],
    ['with an empty id', { messageId: '' }, 'MESSAGE_ID_REQUIRED'],
    ['that names no command', { routingKey: 'workflow.explode' }, 'COMMAND_UNKNOWN'],
    [
      'whose type is of a later version',
      { routingKey: 'x', headers: binary('cloudEvents:', { type: 'dev.orquestrax.workflow.start.v2' }) },
      'COMMAND_UNKNOWN',
    ],
    [
      'whose name is of every object',
      { routingKey: 'x', headers: binary('cloudEvents:', { type: 'dev.orquestrax.workflow.constructor.v1' }) },
      'COMMAND_UNKNOWN',
    ],
    ['of XML', { contentType: 'text/xml' }, 'CONTENT_TYPE_UNSUPPORTED'],
    [
      'of several CloudEvents',
      { contentType: 'application/cloudevents-batch+json', content: Buffer.from('[]') },
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['without a source', { headers: binary('cloudEvents:', { source: '' }) }, 'CLOUD_EVENT_INVALID'],
    ['of CloudEvents 0.3', { headers: binary('cloudEvents_', { specversion: '0.3' }) }, 'CLOUD_EVENT_INVALID'],
    ['that is a list', { ...structured(), content: Buffer.from('[1]') }, 'CLOUD_EVENT_INVALID'],
    ['that is cut off', { ...structured(), content: Buffer.from('{"id":') }, 'BODY_INVALID'],
    ['that is no text', { content: Buffer.of(0xff, 0xfe) }, 'BODY_INVALID'],
    ['that is too deep', { content: Buffer.from('['.repeat(400) + ']'.repeat(400)) }, 'BODY_TOO_DEEP'],
    ['that is too large', { content: Buffer.alloc(1024 * 1024 + 1, ' ') }, 'BODY_TOO_LARGE'],
  ])('cannot read a message %s', (_what, more, code) => {
    const problem = refusal(more);
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(/^expected /);
  });
});
