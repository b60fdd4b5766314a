import { type PgCluster, type RabbitNode, TcpProxy } from '#libs/testing';

export type Server = 'database' | 'broker';

/** The connections of every process to the servers, each through a proxy of its own. */
export class Links implements AsyncDisposable {
  private readonly proxies = new Map<string, TcpProxy>();

  constructor(
    private readonly database: PgCluster,
    private readonly brokers: readonly RabbitNode[],
  ) {}

  /** @param name of the process, such as `worker-1` */
  async serversOf(name: string): Promise<{ databaseUrl: string; amqpUrl: string }> {
    const [database, broker] = await Promise.all([this.open(name, 'database'), this.open(name, 'broker')]);
    return { databaseUrl: database.through(this.database.url), amqpUrl: broker.through(this.brokers[0]!.url) };
  }

  /** The link of one process to one server. */
  of(name: string, server: Server): TcpProxy {
    const proxy = this.proxies.get(`${name} ${server}`);
    if (proxy === undefined) throw new Error(`expected a link of ${name} to the ${server}, but there is none`);
    return proxy;
  }

  /** All links to one server, or those of processes whose name begins so. */
  to(server: Server, names = ''): TcpProxy[] {
    return [...this.proxies].filter(([name]) => name.startsWith(names) && name.endsWith(` ${server}`)).map(([, proxy]) => proxy);
  }

  /** All of them as if they were not there. */
  clear(): void {
    for (const proxy of this.proxies.values()) {
      proxy.open(true);
      proxy.shape();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.stop()));
  }

  private async open(name: string, server: Server): Promise<TcpProxy> {
    const ports = server === 'database' ? [this.database.port] : this.brokerPorts(name);
    const proxy = await TcpProxy.start(...ports.map((port) => ({ host: '127.0.0.1', port })));
    this.proxies.set(`${name} ${server}`, proxy);
    return proxy;
  }

  /** Of several nodes the first, second and third process of a role prefer another one. */
  private brokerPorts(name: string): number[] {
    const first = Number(/\d+$/.exec(name)?.[0] ?? 0) % this.brokers.length;
    return [...this.brokers.slice(first), ...this.brokers.slice(0, first)].map(({ port }) => port);
  }
}
