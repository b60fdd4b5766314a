import type { EntityManager } from 'typeorm';

/** The data source, or the manager of a transaction that is under way: what a store writes is then part of that. */
export type Database = Pick<EntityManager, 'query' | 'transaction' | 'getRepository'>;
