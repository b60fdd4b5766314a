import { endedInstanceStatuses, endedStepStatuses, instanceLifecycle, stepLifecycle } from '#libs/engine';
import { configurationPage } from './configuration-page.js';
import { lifecycleDiagram } from './lifecycle-diagram.js';

/** A page of docs/ that comes, in whole or in part, from the code; `npm run format` writes it, a test compares it. */
export interface GeneratedPage {
  /** From the root of the repository. */
  readonly path: string;
  /** What the page must be, given what it is. */
  readonly render: (current: string) => string;
}

/** @throws Error when the page has no such marked part */
export function replacePart(page: string, name: string, content: string): string {
  const part = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!part.test(page)) throw new Error(`expected the marks <!-- ${name} --> and <!-- /${name} --> in the page`);
  return page.replace(part, (_all, open: string, close: string) => `${open}\n${content}\n\n${close}`);
}

const withLifecycles = (page: string): string => {
  const instance = lifecycleDiagram(instanceLifecycle, 'pending', endedInstanceStatuses);
  const step = lifecycleDiagram(stepLifecycle, 'pending', endedStepStatuses);
  return replacePart(replacePart(page, 'instance-lifecycle', instance), 'step-lifecycle', step);
};

export const generatedPages: readonly GeneratedPage[] = [
  { path: 'docs/configuration.md', render: configurationPage },
  { path: 'docs/architecture.md', render: withLifecycles },
];
