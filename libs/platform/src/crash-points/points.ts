/** Which service passes a point. */
export type CrashRole = 'orchestrator' | 'worker' | 'gateway';

/**
 * Places between two side effects at which a process may be made to end: what is done by then, and what is not. Two writes that are one
 * transaction have no place between them. What a crash there must not cost is checked by `npm run faults -- --scenario F2`.
 */
const points = {
  orchestrator: {
    'batch.decided': 'a batch is decided, nothing of it is written',
    'batch.committed': 'a batch is committed with its journal row, nothing of it is sent',
    'batch.sending': 'what a batch decided is written to the broker, not confirmed',
    'batch.sent': 'everything of a batch is confirmed, its inputs are not acknowledged and the journal does not know',
    'batch.acknowledged': 'the inputs of a batch are acknowledged, the journal does not know that it is sent',
    'claim.committed': 'a worker has been granted its claim, it has not been told',
    'journal.closed': 'a quiet partition has written down that everything is sent',
    'lifecycle.sent': 'lifecycle events are confirmed, the journal does not know',
    'unsent.noted': 'a command came back, that is not written down',
    'unsent.repeated': 'a command that came back is sent again, the row that says so still stands',
    'lost.judged': 'a command is judged lost, nothing is decided about it',
    'step-queue.bumped': 'the incarnation of a step queue is raised, the queue is not declared',
    'step-queue.declared': 'a step queue is declared, nothing is sent to it',
    'partition-queue.declared': 'a partition queue is declared, nobody consumes it',
    'lease.claimed': 'the lease of a partition is ours, nothing of the partition is read',
    'lease.announced': 'this orchestrator has said that it is alive, its leases are not renewed',
    'lease.renewed': 'the leases are renewed, shares are not looked at',
    'take-over.read': 'a new owner has read what may not have been sent, nothing is sent again',
    'take-over.sent': 'a new owner has sent again what was open, the journal does not know',
    'hand-over.stopped': 'a partition has come to rest, its lease is not released',
    'hand-over.released': 'the lease is released, this orchestrator is not withdrawn',
    'aside.done': 'work beside the batches is stored, those it is for have no hint',
    'child.started': 'children are begun or refused, their owners have no hint',
    'ends.told': 'who joined an instance is told of its end, without a hint',
    'emit.delivered': 'the event or message of an emit is out, its step has no answer',
    'emit.answered': 'an emit is answered in the inbox, nobody has a hint',
    'lock.granted': 'a lock or permit is granted, its holder has no hint',
    'slots.settled': 'slots of a limited queue or task are settled, no partition knows',
    'schedule.decided': 'the slots of a schedule are decided, not committed',
    'schedule.committed': 'the slots of a schedule are committed, nobody has a hint',
    'backfill.committed': 'slots of a backfill are committed, nobody has a hint',
    'webhook.claimed': 'the lease of a webhook is ours, its deliveries are not read',
    'webhook.filled': 'deliveries are stored with their cursor, none is made',
    'webhook.answered': 'a receiver has answered, that is not written down',
    'webhook.settled': 'the outcome of a delivery is written down',
    'incident.recorded': 'an incident is written down, its message is not settled',
  },
  worker: {
    'worker.announced': 'a worker has announced itself, it consumes no step queue',
    'command.received': 'commands are taken in, none has begun',
    'claim.sent': 'a claim is with the broker, not answered',
    'claim.granted': 'a claim is granted, the command is not acknowledged and the handler not begun',
    'claim.acknowledged': 'a claimed command is acknowledged, its handler not begun',
    'handler.ended': 'a handler has come to its end, its outcome is not sent',
    'completion.sending': 'outcomes and claims are written to the broker, not confirmed',
    'completion.confirmed': 'outcomes and claims are confirmed, their commands are not acknowledged',
    'completion.acknowledged': 'commands are acknowledged, nothing else is done',
    'return.confirmed': 'a command is handed back, its delivery is not acknowledged',
    'drain.idle': 'a worker that ends has nothing left, it has not said so',
  },
  gateway: {
    'start.checked': 'a start is checked, not stored',
    'start.stored': 'starts are stored, not answered, and nobody has a hint',
    'hint.sending': 'hints are written to the broker, not confirmed',
    'incident.begun': 'a redrive is written down, nothing is done',
    'incident.redriven': 'what a redrive asks for is done, its incident is open',
    'incident.closed': 'an incident is closed as redriven, nobody is answered',
    'once.reserved': 'a named request is reserved, nothing is done',
    'once.done': 'what a named request asked for is done, its answer is not kept',
    'once.kept': 'the answer to a named request is kept, not given',
    'act.stored': 'a command to an instance is stored, nobody has a hint',
    'act.logged': 'a command to an instance is in the operator log, not answered',
    'restart.stored': 'an instance is started from a step of another one, the operator log does not know',
    'drain.logged': 'that a worker is to drain, or to go on, is in the operator log, the worker does not know',
    'chaos.stored': 'chaos mode is switched and in the operator log, no service knows',
    'run.stored': 'a run of a schedule by hand is stored and in the operator log, nobody has a hint',
    'event.stored': 'an event is stored or offered, nobody has a hint',
    'command.done': 'the command of a message is done, its reply is not sent',
    'command.replied': 'the reply to a command is with the broker, the command is not acknowledged',
    'message.done': 'what a message trigger makes of a message is done, it is not acknowledged',
    'binding.written': 'the binding of a message trigger is written down, not made',
    'binding.taken': 'a binding is taken away, it still stands written',
    'hook.answered': 'the answer of a hook is kept, its delivery not noted and not answered',
    'bulk.told': 'instances of a bulk job are told, its position does not know',
    'bulk.advanced': 'a bulk job has moved on, its next instances are not told',
    'dead-letter.recorded': 'an unreadable command is an incident, it is no dead letter yet',
    'dead-letter.sent': 'an unreadable command is a dead letter, it is not acknowledged',
  },
} as const satisfies Record<CrashRole, Record<string, string>>;

type Points = typeof points;
export type CrashPoint = { [Role in CrashRole]: keyof Points[Role] }[CrashRole];

export interface CrashPointFacts {
  readonly name: CrashPoint;
  readonly role: CrashRole;
  /** What is done by then and what is not. */
  readonly text: string;
}

/** All of them, by role. */
export const crashPoints: readonly CrashPointFacts[] = (Object.keys(points) as CrashRole[]).flatMap((role) =>
  Object.entries(points[role]).map(([name, text]) => ({ name: name as CrashPoint, role, text })),
);
