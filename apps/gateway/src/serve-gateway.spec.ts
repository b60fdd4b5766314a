import type { INestApplication } from '@nestjs/common';
import { CONFIG } from '#libs/platform';
import { serveGateway } from './serve-gateway.js';

const appWith = (config: object): INestApplication =>
  ({ get: (token: symbol) => (token === CONFIG ? config : undefined) }) as unknown as INestApplication;

describe('serveGateway', () => {
  it.each(['0.0.0.0', '::', '192.168.1.7', 'gateway.example', '128.0.0.1', 'localhost.example'])(
    'refuses to listen on %s while the network is not trusted',
    async (host) => {
      await expect(serveGateway(appWith({ host, trustNetwork: false, port: 0 }))).rejects.toMatchObject({
        code: 'NETWORK_NOT_TRUSTED',
        message: expect.stringMatching(/ORQUESTRA_TRUST_NETWORK=true/) as string,
      });
    },
  );
});
