import { connect } from 'node:net';
import fc from 'fast-check';
import { fuzzRuns, fuzzSeedWords, hostileText } from '#libs/testing';
import { faultIn, type FuzzedProduct } from './fuzzed-product.js';

/** After this long without a byte we hang up ourselves: what never comes whole is the server's to bound, and has a test of its own. */
const patienceMs = 400;

/** Bytes that are nearly HTTP. */
export function describeRawHttp(opened: () => FuzzedProduct): void {
  it(`broken HTTP is refused, or waited for without harm (${fuzzSeedWords})`, async () => {
    const product = opened();
    await fc.assert(
      fc.asyncProperty(broken, async (pieces) => {
        for (const { status, type, body } of answersIn(await exchange(product.url, pieces)))
          expect(faultIn(status, type, body)).toBeUndefined();
      }),
      fuzzRuns(150, 5_000),
    );
    await product.expectWell();
  });
}

const body = '{"definition":"probe"}';
const line = fc.constantFrom(
  'POST /api/v1/instances HTTP/1.1',
  'GET /api/v1/instances HTTP/1.1',
  'GET / HTTP/1.0',
  'POST /api/v1/definitions HTTP/1.1',
  'GET * HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'TRACE / HTTP/1.1',
  'GET http://x/ HTTP/1.1',
  'GET //x HTTP/1.1',
  'GET /%ff%fe HTTP/1.1',
  'PRI * HTTP/2.0',
  'GET /live HTTP/1.1',
  'GET /live HTTP/1.1',
  'POST /live?a=1 HTTP/1.1',
  `GET /${'x'.repeat(20_000)} HTTP/1.1`,
  'get / http/1.1',
  'GET /a b HTTP/1.1',
  '',
);
const header = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      `Content-Length: ${body.length}`,
      'Content-Length: 5',
      'Content-Length: -1',
      'Content-Length: 99999999999999999999',
      'Content-Length: 5, 6',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, identity',
      'Content-Encoding: gzip',
      'Content-Type: application/json',
      'Content-Type: application/json',
      'Expect: 100-continue',
      'Expect: the-unexpected',
      'Connection: upgrade\r\nUpgrade: websocket',
      'Upgrade: h2c\r\nConnection: upgrade',
      'Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Connection: keep-alive',
      'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13',
      'Sec-WebSocket-Version: 99',
      'Origin: null',
      'Host: evil.example',
      'Host:',
      'Range: bytes=0-1,5-',
      'If-None-Match: *',
      'Accept-Encoding: x',
      'X: \u0000',
      ' folded',
      'Idempotency-Key: \u00ff',
      `Cookie: ${'a=b;'.repeat(5_000)}`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(hostileText, hostileText).map(([name, value]) => `${name.slice(0, 100)}: ${value.slice(0, 100)}`),
  },
);
const content = fc.constantFrom(
  body,
  '',
  '{',
  `5\r\n{"a":\r\n0\r\n\r\n`,
  'zz\r\n',
  'ffffffffffffffff\r\nx',
  `${body}${body}`,
  'x'.repeat(2_000_000),
  `0\r\n\r\n${'GET / HTTP/1.1\r\n\r\n'.repeat(3)}`,
);

/** The text of a request in one or more pieces. */
const broken: fc.Arbitrary<string[]> = fc
  .record({
    line,
    headers: fc.array(header, { maxLength: 6 }),
    content,
    hasHost: fc.boolean(),
    ends: fc.constantFrom('\r\n', '\r\n', '\n', '\r'),
    cuts: fc.array(fc.nat(300), { maxLength: 3 }),
  })
  .map(({ line, headers, content, hasHost, ends, cuts }) => {
    const text = [line, ...(hasHost ? ['Host: localhost'] : []), ...headers, '', content].join(ends);
    const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
    return at.slice(1).map((end, index) => text.slice(at[index], end));
  });

/** @returns all that came back until the server hung up, or was silent */
function exchange(url: string, pieces: readonly string[]): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port: Number(port), host: hostname, noDelay: true }, () => {
      for (const piece of pieces) socket.write(piece, 'latin1');
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(answer));
  });
}

function answersIn(text: string): { status: number; type: string; body: string }[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).flatMap((part) => {
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(part)?.[1];
    const [head = '', rest = ''] = part.split(/\r\n\r\n(.*)/su);
    const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
    const chunk = /^transfer-encoding: chunked/im.test(head)
      ? rest.replace(/^[0-9a-f]+\r\n/i, '').replace(/\r\n0\r\n\r\n$/, '')
      : rest;
    return status === undefined || status.startsWith('1') ? [] : [{ status: Number(status), type: type.trim(), body: chunk }];
  });
}
