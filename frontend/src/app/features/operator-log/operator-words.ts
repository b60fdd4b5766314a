/** Where a target of an action has a page of its own; undefined: nowhere. */
export function targetLink(action: string, target: string): readonly string[] | undefined {
  const [subject = ''] = action.split('.');
  const page = pages[subject];
  return page === undefined ? undefined : [...page, target];
}

const pages: Readonly<Record<string, readonly string[]>> = {
  instance: ['/instances'],
  step: ['/instances'],
  definition: ['/definitions'],
  trigger: ['/triggers'],
  webhook: ['/webhooks'],
  incident: ['/dead-letters'],
  bulk: ['/bulk'],
};

/** Subjects of actions, to choose from. */
export const subjects: readonly string[] = [...Object.keys(pages), 'event', 'queue', 'task', 'worker', 'chaos'];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isId = (text: string): boolean => uuid.test(text);
