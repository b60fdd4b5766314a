import { isLoopback, namedOf } from './reset.js';

describe('isLoopback', () => {
  it.each([
    ['postgres://a:b@localhost:5432/x', true],
    ['postgres://a:b@127.0.0.1/x', true],
    ['postgres://a:b@127.8.0.1/x', true],
    ['postgres://a:b@[::1]:5432/x', true],
    ['postgres:///x?host=/var/run/postgresql', true],
    ['postgres://a:b@db.example.com/x', false],
    ['postgres://a:b@10.0.0.1/x', false],
    ['postgres://a:b@127.0.0.1.example.com/x', false],
    ['postgres://a:b@localhost/x?host=db.example.com', false],
  ])('%s: %s', (url, expected) => expect(isLoopback(url)).toBe(expected));

  it('names a database without its password', () => {
    expect(namedOf('postgres://a:secret@localhost:5432/orquestra')).toBe('orquestra at localhost:5432');
  });
});
