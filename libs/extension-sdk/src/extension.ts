import type { FaultListener, Transport } from '#libs/messaging';
import type { TaskExtension } from './task-extension.js';
import type { TriggerSource } from './trigger-source.js';

/** A broker of another kind, chosen with `ORQUESTRA_TRANSPORT=<name>` by every service of the installation. */
export interface TransportExtension {
  readonly name: string;
  /** One transport for a process, not connected yet; its settings come from the environment. */
  create(options: { readonly onFault: FaultListener }): Transport;
}

/** What the default export of a file named in `ORQUESTRA_EXTENSIONS` is. */
export interface Extension {
  /** Shown in logs and health; unique among the loaded ones. */
  readonly name: string;
  /** Run by gateways. */
  readonly triggers?: readonly TriggerSource[];
  /** Served by workers. */
  readonly tasks?: readonly TaskExtension[];
  readonly transport?: TransportExtension;
  /** Called last when the process ends: closes what tasks use. */
  close?(): Promise<void>;
}

/** Checks the types of an extension written in TypeScript; returns it. */
export const defineExtension = (extension: Extension): Extension => extension;
