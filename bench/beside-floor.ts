import type { OrquestraClient } from '#libs/client';
import { median } from '#libs/testing';
import type { Floor } from './floors/floor.js';
import { oneAtATime } from './workloads.js';

/** Median times of one idle step, ms. */
export interface BesideFloor {
  readonly product: number;
  readonly floor: number;
}

/** Measured by turns, so that what else the machine does falls on both. */
export async function idleBesideFloor(client: OrquestraClient, floor: Floor): Promise<BesideFloor> {
  const times: Record<'product' | 'floor', number[]> = { product: [], floor: [] };
  await oneAtATime(1, 20)(client);
  await floor.oneAtATime(1, 20);
  for (let turn = 0; turn < 6; turn += 1) {
    times.product.push(...(await oneAtATime(1, 5)(client)).ms);
    times.floor.push(...(await floor.oneAtATime(1, 5)).ms);
  }
  return { product: median(times.product), floor: median(times.floor) };
}
