import { computed, DestroyRef, DOCUMENT, inject, Injectable, signal } from '@angular/core';
import type { ServerMessage, SubscribeRequest, TopicMessage } from '@contracts/live/protocol';
import { ServerClock } from '../time/server-clock';
import { failuresUntilPolling, initialLiveState, nextLiveState, type LiveEvent } from './live-state';

/** One topic that a page follows. */
export interface LiveSubscription {
  /** Asked at every (re)connection, so that it can say what it already has (`since`). */
  readonly request: () => SubscribeRequest;
  /** Messages of one animation frame, in order. */
  readonly apply: (messages: readonly TopicMessage[]) => void;
  /** Fetches the same by REST: called every 5 s while sockets are blocked, and rejects when the server is away. */
  readonly poll?: () => Promise<unknown>;
}

interface Entry {
  readonly ref: string;
  readonly subscription: LiveSubscription;
  /** Of the last message; undefined before the snapshot. */
  seq: number | undefined;
  inbox: TopicMessage[];
  /** Too much was held back in a pause: the topic is asked again when it ends. */
  isCutOff: boolean;
}

const staleAfterMs = 20_000; // a ping comes every 15 s
const hiddenAfterMs = 30_000;
const pollEveryMs = 5_000;
const maxHeldBack = 5_000;

/** The tab's one WebSocket: subscribes, resumes, notices gaps and silence, sleeps while the tab is hidden. */
@Injectable({ providedIn: 'root' })
export class LiveConnection {
  private readonly document = inject(DOCUMENT);
  private readonly window = this.document.defaultView!;
  private readonly serverClock = inject(ServerClock);
  private readonly entries = new Map<string, Entry>();
  private readonly state$ = signal(initialLiveState);
  private readonly heldBack$ = signal(0);
  private socket: WebSocket | undefined;
  private frame: number | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private lastHeardAt = 0;
  private nextRef = 1;

  readonly state = this.state$.asReadonly();
  readonly isPaused = computed(() => this.state$().isPaused);
  /** Messages that wait for the end of a pause. */
  readonly heldBack = this.heldBack$.asReadonly();

  constructor() {
    const watch = setInterval(() => this.watch(), 1_000);
    const poll = setInterval(() => void this.pollAll(), pollEveryMs);
    const onVisibility = (): void => this.visibilityChanged();
    this.document.addEventListener('visibilitychange', onVisibility);
    this.connect();
    inject(DestroyRef).onDestroy(() => {
      clearInterval(watch);
      clearInterval(poll);
      this.document.removeEventListener('visibilitychange', onVisibility);
      this.sleep();
    });
  }

  /** @returns ends the subscription */
  subscribe(subscription: LiveSubscription): () => void {
    const entry: Entry = { ref: `c${this.nextRef++}`, subscription, seq: undefined, inbox: [], isCutOff: false };
    this.entries.set(entry.ref, entry);
    this.ask(entry);
    return () => {
      this.entries.delete(entry.ref);
      this.send({ unsubscribe: entry.ref });
    };
  }

  setPaused(isPaused: boolean): void {
    this.step({ type: 'paused', isPaused });
    if (!isPaused) this.flush();
  }

  /** Now, instead of at `retryAt`. */
  retryNow(): void {
    if (this.socket === undefined) this.connect();
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    const { protocol, host } = this.window.location;
    const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/live`);
    this.socket = socket;
    socket.onopen = () => {
      this.lastHeardAt = Date.now();
      this.step({ type: 'opened', now: this.lastHeardAt });
      for (const entry of this.entries.values()) this.ask(entry);
    };
    socket.onmessage = (event: MessageEvent<string>) => this.receive(JSON.parse(event.data) as ServerMessage);
    socket.onclose = () => this.closed(socket);
  }

  private closed(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    this.step({ type: 'closed', now: Date.now(), draw: Math.random() });
    const { retryAt, failures } = this.state$();
    if (retryAt === undefined) return;
    this.retryTimer = setTimeout(() => this.connect(), retryAt - Date.now());
    if (failures === failuresUntilPolling) void this.pollAll();
  }

  private ask(entry: Entry): void {
    entry.seq = undefined;
    entry.inbox = [];
    entry.isCutOff = false;
    this.send({ ...entry.subscription.request(), ref: entry.ref });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private receive(message: ServerMessage): void {
    this.lastHeardAt = Date.now();
    this.step({ type: 'heard' });
    if (message.type === 'welcome' || message.type === 'ping') this.serverClock.observe(Date.parse(message.time));
    if (!('topic' in message)) return;
    const entry = this.entries.get(message.ref);
    if (!entry || !this.follows(entry, message)) return;
    entry.inbox.push(message);
    if (this.state$().isPaused) this.holdBack(entry);
    else this.frame ??= this.window.requestAnimationFrame(() => this.flush());
  }

  /** A snapshot starts over; a delta must follow the message before it, otherwise the topic is asked again. */
  private follows(entry: Entry, message: TopicMessage): boolean {
    if (message.type === 'snapshot') {
      entry.inbox = [];
      entry.seq = message.seq;
      return true;
    }
    if (entry.seq === undefined) return false; // of a subscription that has been asked again
    const expected = message.topic === 'instance' ? message.after : message.seq - 1;
    if (expected !== entry.seq) {
      this.ask(entry);
      return false;
    }
    entry.seq = message.seq;
    return true;
  }

  private holdBack(entry: Entry): void {
    if (entry.inbox.length > maxHeldBack) {
      entry.inbox = [];
      entry.seq = undefined;
      entry.isCutOff = true;
    }
    this.heldBack$.set([...this.entries.values()].reduce((sum, { inbox }) => sum + inbox.length, 0));
  }

  private flush(): void {
    this.frame = undefined;
    if (this.state$().isPaused) return;
    this.heldBack$.set(0);
    for (const entry of [...this.entries.values()]) {
      const messages = entry.inbox;
      entry.inbox = [];
      if (messages.length > 0) entry.subscription.apply(messages);
      else if (entry.isCutOff) this.ask(entry);
    }
  }

  private watch(): void {
    if (Date.now() - this.lastHeardAt > staleAfterMs) this.step({ type: 'silent' });
    if (this.state$().phase === 'stale' && Date.now() - this.lastHeardAt > 2 * staleAfterMs) this.socket?.close();
  }

  private async pollAll(): Promise<void> {
    const { failures, phase, isPaused } = this.state$();
    if (failures < failuresUntilPolling || phase === 'live' || phase === 'sleeping' || isPaused) return;
    const polls = [...this.entries.values()].map(({ subscription }) => subscription.poll?.());
    const outcomes = await Promise.allSettled(polls);
    this.step({ type: 'polled', isReachable: outcomes.every(({ status }) => status === 'fulfilled') });
  }

  private visibilityChanged(): void {
    clearTimeout(this.hiddenTimer);
    if (this.document.visibilityState === 'hidden') {
      this.hiddenTimer = setTimeout(() => this.sleep(), hiddenAfterMs);
    } else if (this.state$().phase === 'sleeping') {
      this.step({ type: 'shown' });
      this.connect();
    } else if (this.frame !== undefined) {
      this.flush();
    }
  }

  private sleep(): void {
    this.step({ type: 'hidden' });
    clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private step(event: LiveEvent): void {
    const before = this.state$();
    const after = nextLiveState(before, event);
    if (after !== before) this.state$.set(after);
  }
}
