import {
  type ArgumentMetadata,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type PipeTransform,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { map, type Observable, throwError } from 'rxjs';
import { pino } from 'pino';
import { MemoryBroker, MemoryTransport, MessagingModule } from '#libs/messaging';
import { command, ScriptedOwner } from '../testing/scripted-owner.js';
import {
  connectTasks,
  TaskFailure,
  TaskHandler,
  type TaskContext,
  TaskWorkerModule,
  DuplicateHandlerError,
  InvalidHandlerError,
  TaskRegistry,
} from '../index.js';

@Injectable()
class Greeting {
  readonly word = 'hello';
}

@Injectable()
class OnlyAda implements CanActivate {
  constructor(@Inject(Greeting) private readonly greeting: Greeting) {}

  canActivate(context: ExecutionContext): boolean {
    const { name } = context.switchToRpc().getData<{ name: string }>();
    const step = context.switchToRpc().getContext<TaskContext>();
    return this.greeting.word === 'hello' && step.path === 'a' && name === 'Ada';
  }
}

class Louder implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((text: string) => `${text}!`));
  }
}

class Capital implements PipeTransform {
  transform(value: { name?: string }, { type }: ArgumentMetadata): unknown {
    if (type !== 'body') return value; // the context, as in any message handler
    if (value.name === undefined) throw new BadRequestException('expected a name');
    return { ...value, name: value.name.toUpperCase() };
  }
}

class CardDeclined extends Error {}

@Catch(CardDeclined)
class CardFilter implements ExceptionFilter<CardDeclined> {
  catch(error: CardDeclined): Observable<never> {
    return throwError(() => new TaskFailure('CARD_DECLINED', error.message, { from: 'filter' }));
  }
}

abstract class Handlers {
  constructor(@Inject(Greeting) protected readonly greeting: Greeting) {}
}

/** The same methods on a controller and on a plain provider: both must be treated alike. */
function handlersFor(kind: string) {
  class Greeter extends Handlers {
    @TaskHandler(`${kind}.greet`)
    greet({ name }: { name: string }, step: TaskContext): string {
      return `${this.greeting.word} ${name} at ${step.path}`;
    }

    @TaskHandler(`${kind}.guarded`)
    @UseGuards(OnlyAda)
    guarded({ name }: { name: string }): string {
      return name;
    }

    @TaskHandler(`${kind}.loud`)
    @UseInterceptors(Louder)
    async loud(): Promise<string> {
      return 'hi';
    }

    @TaskHandler(`${kind}.piped`)
    @UsePipes(Capital)
    piped(input: { name: string }, step: TaskContext): string {
      return `${input.name} ${step.attempt}`;
    }

    @TaskHandler(`${kind}.declined`)
    @UseFilters(CardFilter)
    declined(): never {
      throw new CardDeclined('no money');
    }

    @TaskHandler(`${kind}.thrown`)
    thrown(): never {
      throw Object.assign(new Error('no database'), { code: 'ECONNREFUSED' });
    }

    @TaskHandler(`${kind}.failed`)
    failed(_input: unknown, step: TaskContext): void {
      step.fail('NO', 'not today', { until: 'monday' });
    }
  }
  return Greeter;
}

@Controller()
class ControllerHandlers extends handlersFor('controller') {}

@Injectable()
class ProviderHandlers extends handlersFor('provider') {}

@Module({ controllers: [ControllerHandlers], providers: [ProviderHandlers, Greeting] })
class TasksModule {}

let app: INestApplication;
let owner: ScriptedOwner;
let ownerTransport: MemoryTransport;

async function serve(tasks: unknown = TasksModule): Promise<void> {
  const broker = new MemoryBroker();
  ownerTransport = new MemoryTransport({ broker });
  owner = new ScriptedOwner(ownerTransport);
  const module = await Test.createTestingModule({
    imports: [
      MessagingModule.forRoot({ kind: 'memory', broker }),
      TaskWorkerModule.forRoot({
        id: 'w',
        logger: pino({ level: 'silent' }),
        register: (registry) => registry.register('plain', () => 'ok'),
      }),
      tasks as typeof TasksModule,
    ],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.init();
  connectTasks(app);
  await owner.open([
    'plain',
    'plain.slow',
    ...['controller', 'provider'].flatMap((kind) =>
      ['greet', 'guarded', 'loud', 'piped', 'declined', 'thrown', 'failed'].map((name) => `${kind}.${name}`),
    ),
  ]);
  await app.startAllMicroservices();
}

afterEach(async () => {
  await app?.close();
  await ownerTransport.close();
});

describe.each(['controller', 'provider'])('@TaskHandler on a %s', (kind) => {
  beforeEach(() => serve());

  const output = async (task: string, input: unknown = {}): Promise<unknown> => {
    await owner.send([command({ task: `${kind}.${task}`, input: input as never })]);
    return (await owner.received('completed'))[0]!.output;
  };
  const failure = async (task: string, input: unknown = {}): Promise<unknown> => {
    await owner.send([command({ task: `${kind}.${task}`, input: input as never })]);
    return (await owner.received('failed'))[0]!.failure;
  };

  it('gets the input and the context, and has its dependencies', async () => {
    expect(await output('greet', { name: 'Ada' })).toBe('hello Ada at a');
  });

  it('runs behind its guards', async () => {
    expect(await output('guarded', { name: 'Ada' })).toBe('Ada');
  });

  it('fails without a retry what a guard refuses', async () => {
    expect(await failure('guarded', { name: 'Bob' })).toMatchObject({ code: 'FORBIDDEN', retryable: false });
  });

  it('runs inside its interceptors', async () => {
    expect(await output('loud')).toBe('hi!');
  });

  it('gets its input through its pipes', async () => {
    expect(await output('piped', { name: 'ada' })).toBe('ADA 1');
  });

  it('fails without a retry what a pipe refuses', async () => {
    expect(await failure('piped')).toMatchObject({ code: 'INPUT_INVALID', message: 'expected a name', retryable: false });
  });

  it('lets its filters turn an error into a failure', async () => {
    expect(await failure('declined')).toEqual({
      code: 'CARD_DECLINED',
      message: 'no money',
      details: { from: 'filter' },
      retryable: false,
    });
  });

  it('keeps code and message of what it threw', async () => {
    expect(await failure('thrown')).toEqual({ code: 'ECONNREFUSED', message: 'no database', retryable: true });
  });

  it('fails with the code it chose', async () => {
    expect(await failure('failed')).toEqual({ code: 'NO', message: 'not today', details: { until: 'monday' }, retryable: false });
  });
});

it('serves plain functions beside them', async () => {
  await serve();
  await owner.send([command({ task: 'plain' })]);
  expect((await owner.received('completed'))[0]).toMatchObject({ output: 'ok' });
});

it('refuses two handlers of one task', async () => {
  class Twins {
    @TaskHandler('plain')
    again(): string {
      return 'again';
    }
  }
  @Module({ providers: [Twins] })
  class TwinsModule {}
  await expect(serve(TwinsModule)).rejects.toThrow(DuplicateHandlerError);
});

it('serves with every handler the queues of the worker, unless it names its own', () => {
  const registry = new TaskRegistry(['default', 'payments']);
  registry.register('anywhere', () => null);
  registry.register('reports', () => null, { queue: 'slow' });
  expect(registry.all().map(({ queue, task }) => `${queue} ${task}`)).toEqual([
    'default anywhere',
    'payments anywhere',
    'slow reports',
  ]);
});

it.each([{ queue: 'a.b' }, { queue: 'q'.repeat(64) }])('refuses a queue that no definition can name: %j', async (options) => {
  class Elsewhere {
    @TaskHandler('elsewhere', options)
    run(): string {
      return 'never asked';
    }
  }
  @Module({ providers: [Elsewhere] })
  class ElsewhereModule {}
  await expect(serve(ElsewhereModule)).rejects.toThrow(InvalidHandlerError);
});

it('refuses a request-scoped provider, and says what to do', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    @TaskHandler('per.request')
    run(): string {
      return 'x';
    }
  }
  @Module({ providers: [PerRequest] })
  class PerRequestModule {}
  await expect(serve(PerRequestModule)).rejects.toThrow(InvalidHandlerError);
  await expect(serve(PerRequestModule)).rejects.toThrow('PerRequest.run');
});

it('drains when the application closes: what runs ends, and is confirmed', async () => {
  let finish!: (value: string) => void;
  const begun = new Promise<void>((resolve) => {
    class Slow {
      @TaskHandler('plain.slow')
      run(): Promise<string> {
        resolve();
        return new Promise((done) => (finish = done));
      }
    }
    @Module({ providers: [Slow] })
    class SlowModule {}
    void serve(SlowModule).then(() => owner.send([command({ task: 'plain.slow' })]));
  });
  await begun;
  const closed = app.close();
  finish('done');
  await closed;
  expect((await owner.received('completed'))[0]).toMatchObject({ output: 'done' });
  expect(owner.announcements.at(-1)).toMatchObject({ status: 'stopped' });
});
