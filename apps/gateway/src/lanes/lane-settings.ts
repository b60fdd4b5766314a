import { Inject, Injectable } from '@nestjs/common';
import {
  changeLane,
  isSetLane,
  type LaneAddress,
  laneKey,
  type LaneChange,
  type LaneRow,
  LaneStore,
  OperatorLog,
} from '#libs/persistence';
import { canonicalJson, type JsonObject } from '#libs/engine';
import { CONFIG, type Config } from '#libs/platform';
import { contentOf } from '../actions/instance-actions.js';
import { operatorEntry } from '../actions/operator-entry.js';
import { LiveFeed } from '../live/live-feed.js';
import { type Hold, holdOf } from './lane-hold.js';

/** How long what was read is good for: pages and live lists ask often, ms. */
const freshMs = 500;

type Rows = ReadonlyMap<string, LaneRow>;

/** What is set for queues and tasks. */
@Injectable()
export class LaneSettings {
  private latest: { readonly at: number; readonly rows: Promise<Rows> } | undefined;

  constructor(
    private readonly store: LaneStore,
    private readonly log: OperatorLog,
    private readonly feed: LiveFeed,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** All that is set, by `<scope> <name>`; at most half a second old. */
  rows(): Promise<Rows> {
    const now = performance.now();
    if (this.latest !== undefined && now - this.latest.at < freshMs) return this.latest.rows;
    const rows = this.store.list().then((all) => new Map(all.filter(isSetLane).map((row) => [laneKey(row), row])));
    this.latest = { at: now, rows };
    rows.catch(() => (this.latest = undefined));
    return rows;
  }

  async row(address: LaneAddress): Promise<LaneRow | undefined> {
    return (await this.store.list()).find((row) => laneKey(row) === laneKey(address));
  }

  /** What is absent stays. @param id minted for the request, so that a repeat of it gets the first answer */
  async change(address: LaneAddress, change: LaneChange, id?: string): Promise<LaneRow> {
    const { by, reason, ...settings } = change;
    const details = JSON.parse(canonicalJson(contentOf(settings as never))) as JsonObject;
    const entry = { ...operatorEntry(`${address.scope}.set`, laneKey(address), { by, reason }, id), details };
    const row = await this.log.record(entry, (_, client) => changeLane(client, address, change));
    this.latest = undefined;
    return row;
  }

  /** Why a queued step of this task on this queue is not sent, as far as settings say. */
  async holds(): Promise<(task: string, queue: string | undefined) => Hold | undefined> {
    const rows = await this.rows();
    if (rows.size === 0) return () => undefined;
    const demands = await this.store.demands(this.config.topology);
    const row = (scope: LaneAddress['scope'], name: string): LaneRow | undefined => rows.get(laneKey({ scope, name }));
    const inUse = (scope: LaneAddress['scope'], name: string): number => this.feed.board.inUse(scope, name);
    const demand = (scope: LaneAddress['scope'], name: string): number => demands.get(laneKey({ scope, name })) ?? 0;
    return (task, queue = '') => holdOf(task, queue, { row, inUse, demand });
  }
}
