import { TestBed } from '@angular/core/testing';
import { keyName, Shortcuts } from './shortcuts';

const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};

describe('Shortcuts', () => {
  let pressed: string[];
  let shortcuts: Shortcuts;
  beforeEach(() => {
    pressed = [];
    shortcuts = TestBed.inject(Shortcuts);
  });
  const note = (name: string) => () => void pressed.push(name);

  it('runs a key and one key after another', () => {
    shortcuts.register({ j: note('j'), 'g o': note('g o') });
    ['j', 'g', 'o'].forEach((key) => press(key));
    expect(pressed).toEqual(['j', 'g o']);
  });
  it('leaves single letters to a box one types into, but not Ctrl+K', () => {
    shortcuts.register({ j: note('j'), 'Ctrl+k': note('Ctrl+k') });
    const box = document.body.appendChild(document.createElement('input'));
    press('j', box);
    press('k', box, { ctrlKey: true });
    box.remove();
    expect(pressed).toEqual(['Ctrl+k']);
  });
  it('asks the latest first, and the one before when it declines', () => {
    shortcuts.register({ Escape: note('outer') });
    const end = shortcuts.register({ Escape: () => false });
    press('Escape');
    end();
    press('Escape');
    expect(pressed).toEqual(['outer', 'outer']);
  });
  it('calls ⌘ the same as Ctrl, and names Shift only with letters', () => {
    expect(keyName(new KeyboardEvent('keydown', { key: 'k', metaKey: true }))).toBe('Ctrl+k');
    expect(keyName(new KeyboardEvent('keydown', { key: 'C', shiftKey: true }))).toBe('Shift+c');
    expect(keyName(new KeyboardEvent('keydown', { key: '?', shiftKey: true }))).toBe('?');
  });
});
