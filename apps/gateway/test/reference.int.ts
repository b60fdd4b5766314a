import { accessibilityFindings, TestBrowser } from '#libs/testing';
import { startGateway, type TestGateway } from './gateway-app.js';

const withBrowser = TestBrowser.isInstalled() ? describe : describe.skip;

withBrowser('the reference of the messages', () => {
  let gateway: TestGateway;
  let browser: TestBrowser;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([startGateway(), TestBrowser.start()]);
  }, 60_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await gateway.close();
  });

  it.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)(
    'is for everybody, %s and %s px wide',
    async (theme, width) => {
      const page = await browser.open(`${gateway.url}/api/docs/messages`, { theme, width });
      expect(await accessibilityFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await page.evaluate('document.documentElement.classList.contains("dark-mode")')).toBe(theme === 'dark');
      expect(browser.complaints).toEqual([]);
    },
    60_000,
  );

  it('of the API shows every operation without a complaint', async () => {
    const page = await browser.open(`${gateway.url}/api/docs`, { theme: 'dark' });
    await page.locator('#operations-Instances-startInstance').waitFor();
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
