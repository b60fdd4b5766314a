import { fit, isVisible, reveal, zoom } from './view-box';

const frame = { width: 1_000, height: 500 };

describe('fit', () => {
  it('shows a small graph as it is, in the middle', () =>
    expect(fit({ width: 400, height: 100 }, frame)).toEqual({ x: 300, y: 200, scale: 1 }));
  it('shrinks a large one into the frame', () => {
    const view = fit({ width: 2_000, height: 100 }, frame);
    expect(view.scale).toBeCloseTo(0.476, 3);
  });
  it('does not go below what can be read: it then begins at the left', () =>
    expect(fit({ width: 9_000, height: 100 }, frame, 0.75)).toMatchObject({ x: 24, scale: 0.75 }));
});

describe('zoom', () => {
  it('keeps the point under the pointer', () => {
    const before = { x: 10, y: 20, scale: 1 };
    const after = zoom(before, 1.5, { x: 200, y: 100 });
    expect((200 - after.x) / after.scale).toBeCloseTo((200 - before.x) / before.scale);
    expect((100 - after.y) / after.scale).toBeCloseTo((100 - before.y) / before.scale);
  });
  it('has bounds', () => expect(zoom({ x: 0, y: 0, scale: 1 }, 100, { x: 0, y: 0 }).scale).toBe(2));
});

describe('reveal', () => {
  it('leaves the view alone when the node is in it', () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(reveal(view, { x: 100, y: 100 }, frame)).toBe(view);
  });
  it('moves no further than needed', () =>
    expect(reveal({ x: 0, y: 0, scale: 1 }, { x: 900, y: 100 }, frame)).toMatchObject({ x: -124, y: 0 }));
});

describe('isVisible', () => {
  it('leaves out what is far from the frame', () => {
    expect(isVisible({ x: 0, y: 0, scale: 1 }, { x: 990, y: 0 }, frame)).toBe(true);
    expect(isVisible({ x: 0, y: 0, scale: 1 }, { x: 2_000, y: 0 }, frame)).toBe(false);
  });
});
