import { PageList, type From } from './page-list';

describe('PageList', () => {
  const asked: From[] = [];
  const pages = (from: From) => {
    asked.push(from);
    return Promise.resolve(from.cursor ? { items: ['c'], next: null } : { items: ['a', 'b'], next: 'two' });
  };
  beforeEach(() => asked.splice(0));

  it('adds further pages to the first', async () => {
    const list = new PageList(pages);
    await list.begin();
    expect([list.items(), list.hasMore()]).toEqual([['a', 'b'], true]);
    await list.more();
    expect([list.items(), list.hasMore()]).toEqual([['a', 'b', 'c'], false]);
  });
  it('follows by itself only while nothing but the first page is looked at', async () => {
    const list = new PageList(pages);
    await list.begin();
    await list.follow();
    await list.more();
    await list.follow();
    expect(asked).toEqual([{}, {}, { cursor: 'two' }]);
  });
  it('forgets an answer that another question has overtaken', async () => {
    let answer = (_: string): void => undefined;
    const list = new PageList<string>(
      () => new Promise((resolve) => (answer = (item) => resolve({ items: [item], next: null }))),
    );
    const first = list.begin();
    const answerFirst = answer;
    const second = list.begin();
    answer('new');
    answerFirst('old');
    await Promise.all([first, second]);
    expect(list.items()).toEqual(['new']);
  });
  it('keeps what is shown when the server refuses, and says why', async () => {
    let isDown = false;
    const list = new PageList(() => (isDown ? Promise.reject(new Error('away')) : pages({})));
    await list.begin();
    isDown = true;
    await list.follow();
    expect([list.items(), list.problem()?.detail]).toEqual([['a', 'b'], 'away']);
  });
});
