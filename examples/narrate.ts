import type { AuditEventItem } from '#libs/contracts';
import type { Act } from './scenarios.js';

type Data = Readonly<Record<string, unknown>>;

/** What a person is told of an audit event while it happens; undefined: nothing. Steps of items and rounds would be too many. */
export function narrate({ type, path, attempt, data }: AuditEventItem): string | undefined {
  if (path !== null && /\/\d+\//.test(path)) return undefined;
  const step = (path ?? '').replace(/\/~undo$/, '');
  const words = tellings[type]?.(step, (data ?? {}) as Data, attempt ?? 1, step !== path);
  return words?.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

const tellings: Readonly<Record<string, (step: string, data: Data, attempt: number, isUndo: boolean) => string | undefined>> = {
  stepCompleted: (step, { because }, attempt, isUndo) => {
    if (isUndo) return `↶ ${step} undone`;
    if (because === 'timeout') return `✓ ${step} went on with its time-out value`;
    return `✓ ${step}${attempt > 1 ? ` at attempt ${attempt}` : ''}`;
  },
  stepRetryScheduled: (step, data, attempt) => `↻ ${step} failed with ${codeOf(data)}; attempt ${attempt} comes soon`,
  stepFailed: (step, data) => `✕ ${step} failed with ${codeOf(data)}`,
  stepSkipped: (step) => `⤼ ${step} skipped`,
  stepBlocked: (step) => `⊘ ${step} not run: upstream failed`,
  timerStarted: (step) => `‖ ${step} sleeps`,
  askOpened: (step, { prompt, assignees }) => `‖ ${step} asks ${namesOf(assignees).join(', ')}: ${String(prompt)}`,
  eventAwaited: (step, { names, key }) => `‖ ${step} waits for ${namesOf(names).join(' or ')} with key ${String(key)}`,
  childRequested: (step, { workflow }) => `→ ${step} starts ${String(workflow)}`,
  instanceCompensating: (_, { paths }) => `↶ undoing ${namesOf(paths).join(', then ')}`,
};

const codeOf = ({ failure }: Data): string => String((failure as { code?: unknown } | undefined)?.code);
const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** What somebody outside does. */
export const narrateAct = (act: Act): string =>
  'event' in act ? `→ event ${act.event.name} arrives` : `→ ${act.answer.by} answers: ${act.answer.value}`;
