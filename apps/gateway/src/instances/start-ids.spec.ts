import { validate, version, v7 as uuidv7 } from 'uuid';
import { judgeOwnId, startIds, timeOf } from './start-ids.js';

const dayMs = 86_400_000;

describe('judgeOwnId', () => {
  const now = Date.UTC(2027, 0, 1);
  const idAt = (msecs: number) => uuidv7({ msecs });

  it('accepts a UUIDv7 of within a day, in lower case', () => {
    for (const apart of [0, -dayMs, dayMs])
      expect(judgeOwnId(idAt(now + apart).toUpperCase(), now)).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      });
  });

  it.each([
    ['a day and a bit ago', idAt(now - dayMs - 1)],
    ['in two days', idAt(now + 2 * dayMs)],
    ['UUIDv4', '6b3a2a5e-0d0f-4f0e-9b0a-2d3c4b5a6978'],
    ['rubbish', 'x'],
  ])('refuses %s', (_, id) => expect(judgeOwnId(id, now)).toHaveProperty('wrong'));
});

describe('startIds', () => {
  it('are the same for the same subject, all different, all UUIDv7 of its moment', () => {
    const subject = uuidv7();
    const ids = Array.from({ length: 1_000 }, (_, index) => startIds(subject)(index));
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, index) => startIds(subject)(index)));
    expect(ids[0]).toBe(subject);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect([validate(id), version(id), timeOf(id)]).toEqual([true, 7, timeOf(subject)]);
  });

  it('are new each time without one', () => {
    expect(startIds()(0)).not.toBe(startIds()(0));
  });
});
