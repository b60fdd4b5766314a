import { jest } from '@jest/globals';
import { describeAmqp } from './fuzz/amqp.js';
import { FuzzedProduct } from './fuzz/fuzzed-product.js';
import { describeLive } from './fuzz/live.js';
import { describeRawHttp } from './fuzz/raw-http.js';
import { describeRest } from './fuzz/rest.js';
import { describeStoredRows } from './fuzz/stored-rows.js';

jest.setTimeout(process.env['ORQUESTRA_TEST_RUNS'] === undefined ? 120_000 : 3_600_000);

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const withServers = database === undefined || broker === undefined ? describe.skip : describe;

withServers('bad input', () => {
  let product: FuzzedProduct;
  beforeAll(async () => {
    product = await FuzzedProduct.open(database as string, broker as string);
  }, 90_000);
  afterAll(() => product.close(), 60_000);

  describe('by REST', () => describeRest(() => product));
  describe('by /live', () => describeLive(() => product));
  describe('by bytes of HTTP', () => describeRawHttp(() => product));
  describe('by RabbitMQ', () => describeAmqp(() => product));
  describe('in stored rows', () => describeStoredRows(() => product));
});
