import type { InstanceId } from '#libs/engine';
import { heldRow } from './held-rows.js';

describe('heldRow', () => {
  it('keeps one report of an attempt, however often it reports', () => {
    const report = (token: number, details: number) =>
      heldRow({
        kind: 'message',
        instanceId: '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b' as InstanceId,
        message: { type: 'progress', path: 'a', token, details },
      })!.id;
    expect(new Set([report(2, 10), report(2, 20), report(4, 10)]).size).toBe(2);
  });
});
