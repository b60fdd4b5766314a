import { Inject, Injectable } from '@nestjs/common';
import type { Ask, Chaos, IncidentGroups, InstancesFilter, InstanceSummary, Overview, Queue, Subscribe } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { EVENT_STORE, type EventStore, InstanceQueries } from '#libs/persistence';
import { AskList } from '../asks/ask-list.js';
import { ChaosSwitch } from '../chaos/chaos-switch.js';
import { IncidentReader } from '../incidents/incident-reader.js';
import { InstanceList } from '../instances/instance-list.js';
import { toLive } from '../instances/present-instance.js';
import { Figures } from '../stats/figures.js';
import { QueueList } from '../workers/queue-list.js';
import { InstanceNudges } from './instance-nudges.js';
import { InstanceTopic } from './instance-topic.js';
import { InstancesTopic } from './instances-topic.js';
import { LiveFeed } from './live-feed.js';
import { StreamPages } from './stream-pages.js';
import type { Outlet, Topic, TopicFactory } from './topic.js';
import { WholeTopic } from './whole-topic.js';
import { WorkersTopic } from './workers-topic.js';

const wholeEveryMs = 1_000;
/** Asks told in one message. */
const mostAsks = 200;
/** Groups of incidents told in one message. */
const mostGroups = 100;
const incidentsEveryMs = 2_000;
/** Asks change with the heads of their instances, but messages about those may be lost. */
const asksAgainMs = 10_000;

/** Makes the topic a client asks for. */
@Injectable()
export class LiveTopics {
  private readonly pages: StreamPages;

  constructor(
    private readonly feed: LiveFeed,
    private readonly nudges: InstanceNudges,
    private readonly lists: InstanceList,
    private readonly queries: InstanceQueries,
    private readonly figures: Figures,
    private readonly queues: QueueList,
    private readonly asks: AskList,
    private readonly chaos: ChaosSwitch,
    private readonly incidents: IncidentReader,
    @Inject(EVENT_STORE) events: EventStore,
  ) {
    this.pages = new StreamPages(events);
  }

  readonly create: TopicFactory = (request, ref, outlet) => {
    switch (request.subscribe) {
      case 'instances':
        return this.instances(request, ref, outlet);
      case 'instance':
        return this.instance(request, ref, outlet);
      case 'workers':
        return new WorkersTopic(ref, this.feed.registry, this.feed.workers, outlet);
      case 'queues':
        return this.queueTopic(ref, outlet);
      case 'asks':
        return this.askTopic(request, ref, outlet);
      case 'chaos':
        return this.chaosTopic(ref, outlet);
      case 'incidents':
        return this.incidentTopic(ref, outlet);
      case 'stats':
        return this.stats(ref, outlet);
    }
  };

  private instances(request: Extract<Subscribe, { subscribe: 'instances' }>, ref: string, outlet: Outlet): Topic {
    const { filter = {}, limit } = request;
    return new InstancesTopic({ ref, filter, outlet, heads: this.feed.heads, load: () => this.newest(filter, limit) });
  }

  /** The filter may name several definitions and versions; each pair is a list by itself, merged by id. */
  private async newest({ definition, version, status, key }: InstancesFilter, limit: number): Promise<InstanceSummary[]> {
    const pairs = (definition ?? [undefined]).flatMap((name) => (version ?? [undefined]).map((number) => ({ name, number })));
    const pages = await Promise.all(
      pairs.map(({ name, number }) =>
        this.lists.newest(
          {
            ...(name !== undefined && { definition: name }),
            ...(number !== undefined && { version: number }),
            ...(status && { statuses: status }),
            ...(key !== undefined && { key }),
          },
          limit,
        ),
      ),
    );
    return pages
      .flat()
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  private instance(request: Extract<Subscribe, { subscribe: 'instance' }>, ref: string, outlet: Outlet): Topic {
    const id = request.id.toLowerCase() as InstanceId;
    const topic: InstanceTopic = new InstanceTopic({
      ref,
      id,
      since: request.since,
      outlet,
      head: async () => (await this.queries.byIds([id])).map(toLive)[0],
      events: (after, limit) => this.pages.read(id, after, limit),
      running: () => [...this.feed.registry.running(id, Date.now()).values()],
      onNudge: (nudge) => this.nudges.watch(id, { nudge, isComplete: () => topic.isComplete, seq: () => topic.seq }),
    });
    return topic;
  }

  private queueTopic(ref: string, outlet: Outlet): Topic {
    return new WholeTopic<Queue[]>({
      outlet,
      everyMs: wholeEveryMs,
      load: () => this.queues.list(),
      onChange: (changed) => bothOf(this.feed.queues.add(changed), this.feed.workers.add(changed)),
      message: (type, seq, items) => ({ type, topic: 'queues', ref, seq, items }),
    });
  }

  private askTopic({ assignee }: Extract<Subscribe, { subscribe: 'asks' }>, ref: string, outlet: Outlet): Topic {
    return new WholeTopic<{ items: Ask[]; more: boolean }>({
      outlet,
      everyMs: wholeEveryMs,
      load: async () => {
        const { items, next } = await this.asks.page({ assignee, limit: mostAsks });
        return { items, more: next !== null };
      },
      onChange: (changed) => bothOf(this.headsChanged(changed), everyNowAndThen(changed, asksAgainMs)),
      message: (type, seq, page) => ({ type, topic: 'asks', ref, seq, ...page }),
    });
  }

  /** As figures: faults are recorded by all services. */
  private chaosTopic(ref: string, outlet: Outlet): Topic {
    return new WholeTopic<Chaos>({
      outlet,
      everyMs: wholeEveryMs,
      load: () => this.chaos.state(),
      onChange: (changed) => everyNowAndThen(changed, wholeEveryMs),
      message: (type, seq, chaos) => ({ type, topic: 'chaos', ref, seq, chaos }),
    });
  }

  /** Incidents are rows that many write: looked at while somebody looks. */
  private incidentTopic(ref: string, outlet: Outlet): Topic {
    return new WholeTopic<IncidentGroups>({
      outlet,
      everyMs: wholeEveryMs,
      load: () => this.incidents.groups({ limit: mostGroups }),
      onChange: (changed) => everyNowAndThen(changed, incidentsEveryMs),
      message: (type, seq, groups) => ({ type, topic: 'incidents', ref, seq, ...groups }),
    });
  }

  /** What came between the first look and the first message is looked at once it is heard. */
  private headsChanged(changed: () => void): () => void {
    const { ready, stop } = this.feed.heads.add({ hear: changed, missed: changed });
    void ready.then(changed);
    return stop;
  }

  /** Figures come from PostgreSQL and change without a message: looked at every second while somebody looks. */
  private stats(ref: string, outlet: Outlet): Topic {
    return new WholeTopic<Overview>({
      outlet,
      everyMs: wholeEveryMs,
      load: () => this.figures.overview(),
      onChange: (changed) => everyNowAndThen(changed, wholeEveryMs),
      message: (type, seq, overview) => ({ type, topic: 'stats', ref, seq, overview }),
    });
  }
}

const bothOf = (first: () => void, second: () => void) => (): void => {
  first();
  second();
};

function everyNowAndThen(act: () => void, everyMs: number): () => void {
  const timer = setInterval(act, everyMs);
  return () => clearInterval(timer);
}
