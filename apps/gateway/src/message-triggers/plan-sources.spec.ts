import type { TriggerBinding, TriggerRow } from '#libs/persistence';
import { planSources } from './plan-sources.js';

const row = (name: string, revision: number, spec: object, status = 'active'): TriggerRow =>
  ({ name, revision, status, kind: 'message', spec: { kind: 'message', ...spec } }) as unknown as TriggerRow;
const bound = (trigger: string, exchange: string, routingKey = '#'): TriggerBinding => ({ trigger, exchange, routingKey });
const nothing = { close: [], open: [], unbind: [], drop: [] };

describe('planSources', () => {
  const [shop, mine] = [row('shop', 1, { exchange: 'shop', routingKey: 'order.*' }), row('mine', 2, { queue: 'mine' })];
  const bindings = [bound('shop', 'shop', 'order.*')];

  it('opens what is new', () => {
    expect(planSources([shop, mine], new Map(), [])).toEqual({ ...nothing, open: [shop, mine] });
  });

  it('leaves alone what is as it was', () => {
    const sources = new Map([
      ['shop', 1],
      ['mine', 2],
    ]);
    expect(planSources([shop, mine], sources, bindings)).toEqual(nothing);
  });

  it('closes what rests, and keeps its binding: what comes meanwhile waits', () => {
    const resting = row('shop', 2, shop.spec, 'paused');
    expect(planSources([resting], new Map([['shop', 1]]), bindings)).toEqual({ ...nothing, close: ['shop'] });
    expect(planSources([row('shop', 2, shop.spec, 'disabled')], new Map(), bindings)).toEqual(nothing);
  });

  it('opens anew what was changed, and unbinds it from where it took before', () => {
    const changed = row('shop', 2, { exchange: 'shop' });
    expect(planSources([changed], new Map([['shop', 1]]), bindings)).toEqual({
      ...nothing,
      close: ['shop'],
      open: [changed],
      unbind: bindings,
    });
  });

  it('drops the queue of a trigger that is gone, whoever has made it', () => {
    expect(planSources([], new Map([['shop', 1]]), bindings)).toEqual({ ...nothing, close: ['shop'], drop: bindings });
    expect(planSources([], new Map(), bindings)).toEqual({ ...nothing, drop: bindings });
  });

  it('drops the queue of a trigger that consumes one of others now', () => {
    const changed = row('shop', 2, { queue: 'orders' });
    expect(planSources([changed], new Map([['shop', 2]]), bindings)).toEqual({ ...nothing, drop: bindings });
  });
});
