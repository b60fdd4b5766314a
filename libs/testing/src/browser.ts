import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** How a page is looked at. */
export interface Look {
  readonly theme?: 'light' | 'dark';
  /** CSS pixels; default 1440. The height is 900. */
  readonly width?: number;
}

/** What axe found wrong: rule, and where. */
export interface AccessibilityFinding {
  readonly id: string;
  readonly impact: string;
  readonly where: string;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const quiet = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'];
const flags = [...quiet, 'disable-component-update', 'disable-sync'].map((name) => `--${name}`);

/** Headless Chromium of this machine: `ORQUESTRA_TEST_CHROMIUM`, or the first one in PATH. Remembers every complaint of its pages. */
export class TestBrowser implements AsyncDisposable {
  /** Errors and warnings of the pages' consoles, and what they threw, each with the page's address; oldest first. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static isInstalled(): boolean {
    return executable() !== undefined;
  }

  /** @throws Error with what to do when there is no Chromium */
  static async start(): Promise<TestBrowser> {
    const executablePath = executable();
    if (executablePath === undefined)
      throw new Error('expected Chromium in PATH or in ORQUESTRA_TEST_CHROMIUM, but there is none; install Debian’s chromium');
    const { chromium } = await import('playwright-core');
    return new TestBrowser(await chromium.launch({ executablePath, args: flags }));
  }

  /** A page with storage of its own; `await using` closes it. */
  async open(url: string, { theme = 'light', width = 1440 }: Look = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
    const page = await context.newPage();
    const complain = (text: string): void => void this.complaints.push(`${page.url()}: ${text}`);
    page.on('pageerror', (error) => complain(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** Every violation axe finds on the page. A page still on its way (a dialog fading in) is looked at again: what passes is nobody's choice. */
export async function accessibilityFindings(page: Page): Promise<AccessibilityFinding[]> {
  const { default: axe } = await import('axe-core');
  await page.evaluate(axe.source); // not as a script of the page, which its content security policy would refuse
  for (let look = 1; ; look += 1) {
    await page.evaluate(settled);
    const found = await page.evaluate<AccessibilityFinding[]>(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ target }) => target.join(' ')).join(', ') })))`);
    if (found.length === 0 || look === looks) return found;
    await page.waitForTimeout(500);
  }
}

/** Looks until a finding counts. */
const looks = 4;

/** Every animation that has an end has come to it. */
const settled = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))`;

function executable(): string | undefined {
  const named = process.env.ORQUESTRA_TEST_CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
