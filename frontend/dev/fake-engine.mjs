/** Runs definitions of `task`, `set` and `fail` steps in memory, with the audit events of the real thing; for the console's development only. */

const seconds = { ms: 1, s: 1_000, m: 60_000 };
const durationOf = (text) => {
  const [, amount, unit] = /^([\d.]+)(ms|s|m)$/.exec(text ?? '100ms') ?? [];
  return Number(amount) * seconds[unit];
};
const iso = (at) => (at === undefined || at === null ? null : new Date(at).toISOString());

/** UUIDv7 of a time. */
export function newId(at = Date.now()) {
  const hex = at.toString(16).padStart(12, '0');
  const random = crypto.randomUUID().replaceAll('-', '');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random.slice(0, 3)}-a${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

export const needsOf = (document) =>
  document.steps.map((step, index) => ({
    ...step,
    type: step.type ?? 'task',
    needs: step.needs ?? (index === 0 ? [] : [document.steps[index - 1].id]),
  }));

/** One instance; `changed(instance, events)` is called after every decision. */
export class FakeInstance {
  events = [];
  running = [];
  stepStates = new Map();
  status = 'pending';
  endedAt = null;
  currentStep = null;
  errorCode = null;
  timers = new Set();

  constructor(document, input, { key = null, at = Date.now(), changed = () => {}, speed = 1 } = {}) {
    Object.assign(this, { document, input, key, changed, speed, createdAt: at, at });
    this.id = newId(at);
    this.steps = needsOf(document);
    const fill = (text) => text?.replace(/\$\{input\.(\w+)\}/g, (_, name) => input[name] ?? '');
    this.summary = fill(document.summary) ?? null;
  }

  /** Simulated clocks run on `this.at` when speed is 0 (history made up at once). */
  now() {
    return this.speed === 0 ? this.at : Date.now();
  }

  later(ms, action) {
    if (this.speed === 0) {
      this.at += ms;
      action();
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms / this.speed);
    this.timers.add(timer);
  }

  record(type, data, path = null, attempt = null) {
    const event = { seq: this.events.length + 1, generation: 1, type, path, attempt, data, at: iso(this.now()) };
    this.events.push(event);
    return event;
  }

  start() {
    this.startedAt = this.now();
    this.status = 'running';
    const { name: definition, version } = this.document;
    this.record('instanceStarted', { definition, version, checksum: 'f'.repeat(64), input: this.input });
    this.advance();
    return this;
  }

  advance() {
    if (this.endedAt) return;
    for (const step of this.steps) {
      if (this.stepStates.has(step.id) || !step.needs.every((need) => this.stepStates.get(need) === 'completed')) continue;
      if (step.type === 'set') {
        this.stepStates.set(step.id, 'completed');
        this.record('stepCompleted', { output: step.values }, step.id);
        this.advance();
        return;
      }
      this.schedule(step, 1);
    }
    this.settle();
    this.changed(this);
  }

  schedule(step, attempt) {
    this.stepStates.set(step.id, 'scheduled');
    this.currentStep = step.id;
    const scheduled = this.record(
      'stepScheduled',
      { task: step.task, queue: 'default', priority: 0, input: step.input ?? {}, incarnation: 1 },
      step.id,
      attempt,
    );
    this.later(20 + Math.random() * 60, () => this.run(step, attempt, scheduled.seq));
    this.changed(this);
  }

  run(step, attempt, token) {
    if (this.endedAt) return;
    const startedAt = this.now();
    const worker = `w-${1 + (token % 3)}`;
    this.running.push({ path: step.id, token, worker, startedAt: iso(startedAt) });
    this.changed(this);
    this.later(durationOf(step.input?.duration), () => {
      if (this.endedAt) return;
      this.running = this.running.filter((other) => other.token !== token);
      const facts = { worker, startedAt, token };
      if (attempt <= (step.input?.failTimes ?? 0)) this.fail(step, attempt, facts);
      else {
        this.stepStates.set(step.id, 'completed');
        this.record('stepCompleted', { output: step.input?.output ?? step.input ?? {}, ...facts }, step.id, attempt);
        this.advance();
      }
    });
  }

  fail(step, attempt, facts) {
    const failure = step.input.failWith ?? { code: 'SIMULATED', message: 'It failed as asked', retryable: true };
    if (attempt >= (step.retry?.maxAttempts ?? 3) || !failure.retryable) {
      this.stepStates.set(step.id, 'failed');
      this.record('stepFailed', { failure, ...facts }, step.id, attempt);
      this.settle({ ...failure, path: step.id });
      this.changed(this);
      return;
    }
    const delay = durationOf(step.retry?.delay ?? '1s') * 2 ** (attempt - 1);
    this.stepStates.set(step.id, 'retrying');
    this.record('stepRetryScheduled', { failure, ...facts, dueAt: this.now() + delay }, step.id, attempt);
    this.changed(this);
    this.later(delay, () => !this.endedAt && this.schedule(step, attempt + 1));
  }

  settle(error) {
    const states = [...this.stepStates.values()];
    if (states.some((state) => state === 'scheduled' || state === 'retrying')) return;
    if (error || states.includes('failed')) {
      for (const step of this.steps) if (!this.stepStates.has(step.id)) this.record('stepBlocked', {}, step.id);
      const cause = error ?? { code: 'SIMULATED', message: 'failed' };
      this.errorCode = cause.code;
      this.end('failed', 'instanceFailed', { error: cause });
    } else if (states.length === this.steps.length) {
      this.end('completed', 'instanceCompleted', { output: { done: true } });
    }
  }

  cancel(reason) {
    for (const [path, state] of this.stepStates) {
      if (state === 'scheduled' || state === 'retrying') this.record('stepCancelled', { outcome: 'abandoned' }, path, 1);
    }
    this.running = [];
    this.end('cancelled', 'instanceCancelled', { reason });
    this.changed(this);
  }

  end(status, type, data) {
    this.record(type, data);
    Object.assign(this, { status, endedAt: this.now(), currentStep: null });
    for (const timer of this.timers) clearTimeout(timer);
  }

  head() {
    const done = [...this.stepStates.values()].filter((state) => state === 'completed').length;
    const isRetrying = [...this.stepStates.values()].includes('retrying');
    const isMoving = [...this.stepStates.values()].includes('scheduled');
    return {
      id: this.id,
      definition: this.document.name,
      version: this.document.version,
      key: this.key,
      status: this.status === 'running' && isRetrying && !isMoving ? 'waiting' : this.status,
      seq: this.events.length,
      summary: this.summary,
      currentStep: this.currentStep,
      stepsDone: done,
      stepsTotal: this.steps.length,
      errorCode: this.errorCode,
      createdAt: iso(this.createdAt),
      startedAt: iso(this.startedAt),
      endedAt: iso(this.endedAt),
    };
  }

  row() {
    return { ...this.head(), tags: {}, parent: null, generation: 1, startAt: null };
  }

  detail() {
    const blank = { queue: 'default', reason: null, reasonText: null, worker: null, dueAt: null, error: null };
    const times = { scheduledAt: null, startedAt: null, endedAt: null };
    const steps = this.steps.map((step) => ({
      path: step.id,
      type: step.type,
      title: step.title ?? null,
      task: step.task ?? null,
      needs: step.needs,
      maxAttempts: step.retry?.maxAttempts ?? 3,
      status: 'pending',
      attempt: 0,
      ...blank,
      ...times,
    }));
    return { ...this.row(), queue: null, priority: null, input: this.input, output: null, error: null, waitingFor: [], steps };
  }
}
