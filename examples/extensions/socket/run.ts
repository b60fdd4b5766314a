import { startHub } from './hub.js';

const [port = '5680', host = '127.0.0.1'] = process.argv.slice(2);
await startHub(Number(port), host);
process.stdout.write(`the hub listens on ${host}:${port}\n`);
