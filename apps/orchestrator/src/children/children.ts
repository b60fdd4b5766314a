import { Injectable } from '@nestjs/common';
import type { InstanceId, StartChild } from '#libs/engine';
import { Attachments, ChildDoor, type ChildRequest, DefinitionStore, type InboxRow } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { PlanCache } from '../definitions/plan-cache.js';
import { WantedVersions } from '../definitions/wanted-versions.js';
import { judgeRequest } from './judge-request.js';

/** Told of an end that cannot be read, in place of an error. */
type OnSpoilt = (id: InstanceId, error: unknown) => void;

/** Children on behalf of their owner: what a parent asks for is started or refused, and whoever joined an instance hears of its end. */
@Injectable()
export class Children {
  constructor(
    private readonly door: ChildDoor,
    private readonly attachments: Attachments,
    private readonly definitions: DefinitionStore,
    private readonly plans: PlanCache,
  ) {}

  /**
   * Idempotent, and harmless when somebody else does it too.
   * @param rows requests: inbox rows of kind `startChild`
   * @returns whose inbox has something new, or who is new
   */
  async start(rows: readonly InboxRow[]): Promise<InstanceId[]> {
    const versions = new WantedVersions(this.definitions, this.plans);
    const requests: ChildRequest[] = [];
    for (const row of rows) {
      const request = row.content as unknown as StartChild;
      requests.push({ row, parent: request.parent, judged: await judgeRequest(row.instanceId, request, versions) });
    }
    const { created, answered } = await this.door.settle(requests);
    crashPoint('child.started');
    return [...created, ...answered];
  }

  /** @returns who has been told */
  async tellEnds(ids: readonly InstanceId[], spoilt: OnSpoilt): Promise<InstanceId[]> {
    const told = await this.attachments.tellEnds(ids, spoilt);
    if (told.length > 0) crashPoint('ends.told');
    return told;
  }

  /**
   * What a crash left untold.
   * @param except those left alone now
   * @returns who has been told
   */
  async tellForgotten(
    fromBucket: number,
    toBucket: number,
    except: readonly InstanceId[],
    spoilt: OnSpoilt,
  ): Promise<InstanceId[]> {
    return this.tellEnds(await this.attachments.untold(fromBucket, toBucket, 500, except), spoilt);
  }
}
