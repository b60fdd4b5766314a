describe('$localize', () => {
  it('joins text and values, without the blocks that are for translators', () => {
    expect($localize`:head|what it is@@id:Hello ${'Ana'}:name:, ${3}:count: new`).toBe('Hello Ana, 3 new');
  });
  it('keeps a colon that is text', () => expect($localize`${'10:26'}:minute:: ${2}:count: done`).toBe('10:26: 2 done'));
});
