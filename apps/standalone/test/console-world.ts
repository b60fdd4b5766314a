import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { OrquestraClient } from '#libs/client';
import { type Look, ProcessGroup, startStandalone, TestBrowser, type TestProcess } from '#libs/testing';

/** Where there is no Chromium the console's tests are skipped, but never in CI. */
export const inBrowser = TestBrowser.isInstalled() || process.env.CI ? describe : describe.skip;

/** One step that takes three seconds. */
export const slowDefinition = {
  name: 'console.slow',
  version: '1.0.0',
  steps: [{ id: 'work', task: 'simulate', input: { duration: '3s' } }],
};

/** `npm start` on an empty folder, and a browser to look at it. */
export class ConsoleWorld implements AsyncDisposable {
  readonly client: OrquestraClient;

  private constructor(
    readonly url: string,
    readonly server: TestProcess,
    readonly browser: TestBrowser,
    private readonly group: ProcessGroup,
    private readonly dataDir: string,
  ) {
    this.client = new OrquestraClient({ baseUrl: url });
  }

  /** @param env settings of the server, beside the usual ones */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<ConsoleWorld> {
    const browser = await TestBrowser.start(); // first: without one, nothing else has to be ended
    const dataDir = mkdtempSync(join(tmpdir(), 'orquestra-console-'));
    const group = new ProcessGroup();
    const { url, process } = await startStandalone(group, { dataDir, env });
    return new ConsoleWorld(url, process, browser, group, dataDir);
  }

  /** A page that is loaded and live. */
  async open(path: string, look?: Look): Promise<Page> {
    const page = await this.browser.open(this.url + path, look);
    await isLive(page);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.group.end();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export async function isLive(page: Page, timeoutMs = 30_000): Promise<void> {
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor({ timeout: timeoutMs });
}

/** Resolves when the pill in the head of the instance page says so. */
export async function hasState(page: Page, state: string, timeoutMs = 30_000): Promise<void> {
  await page.locator(`[data-test=instance-state][data-state=${state}]`).waitFor({ timeout: timeoutMs });
}

/** New test workflow, by a click; resolves on its page, with its graph. @returns the instance's id */
export async function startSample(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'New test workflow' }).first().click();
  return arrived(page);
}

/** On the page of an instance, with its graph. @returns its id */
export async function arrived(page: Page): Promise<string> {
  await page.waitForURL(/\/instances\/[0-9a-f-]{36}$/);
  await page.locator('[data-step]').first().waitFor();
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}
