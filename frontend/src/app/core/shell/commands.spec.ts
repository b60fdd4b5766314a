import { pagesThereAre, suggestCommands as suggest } from './commands';

const suggestCommands = (text: string) => suggest(text, pagesThereAre(true));

describe('suggestCommands', () => {
  it('offers the pages when nothing is typed', () =>
    expect(suggestCommands('').map(({ link }) => link[0])).toEqual([
      '/',
      '/instances',
      '/definitions',
      '/triggers',
      '/asks',
      '/events',
      '/workers',
      '/webhooks',
      '/dead-letters',
      '/admin/audit',
      '/chaos',
    ]));
  it('opens an id that was pasted, in any case and with blanks', () => {
    const [first, ...others] = suggestCommands(' 0199A3F2-51C8-7D10-8000-0000000042AB ');
    expect(first?.link).toEqual(['/instances', '0199a3f2-51c8-7d10-8000-0000000042ab']);
    expect(others).toEqual([]);
  });
  it('searches by the beginning of an id', () =>
    expect(suggestCommands('0199a3f2').map(({ query }) => query)).toContainEqual({ id: '0199a3f2' }));
  it.each([
    ['work', '/workers'],
    ['cron', '/triggers'],
    ['incidents', '/dead-letters'],
    ['audit', '/admin/audit'],
  ])('finds pages by their words: %s', (word, page) => expect(suggestCommands(word)[0]?.link).toEqual([page]));
  it('takes anything else for a business key', () =>
    expect(suggestCommands('Order 4711').map(({ query }) => query)).toEqual([{ key: 'Order 4711' }]));
  it('offers chaos only where it is allowed', () =>
    expect(suggest('chaos', pagesThereAre(false)).filter(({ link }) => link[0] === '/chaos')).toEqual([]));
});
