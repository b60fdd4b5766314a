import { isId, targetLink } from './operator-words';

it.each([
  ['incident.redrive', 'i-1', ['/dead-letters', 'i-1']],
  ['trigger.pause', 'nightly', ['/triggers', 'nightly']],
  ['instance.restart', 'x', ['/instances', 'x']],
  ['queue.put', 'fast', undefined],
  ['cancel', 'x', undefined],
])('what %s was done to has its page', (action, target, link) => expect(targetLink(action, target)).toEqual(link));
it('an id is shortened, a name is not', () =>
  expect([isId('0199a3f2-51c8-7d10-8000-0000000042ab'), isId('nightly')]).toEqual([true, false]));
