import { DestroyRef, inject, Injectable, signal } from '@angular/core';

/** Skew below this is the network's, not the clock's (ms). */
const tolerableSkewMs = 2_000;

/** The server's clock as seen from here, ticking once a second from one timer. */
@Injectable({ providedIn: 'root' })
export class ServerClock {
  private readonly skew$ = signal(0);
  private readonly now$ = signal(Date.now());

  /** Epoch ms by the server's clock; changes once a second. */
  readonly now = this.now$.asReadonly();
  /** How far the server is ahead (ms); 0 while within two seconds. */
  readonly skewMs = this.skew$.asReadonly();

  constructor() {
    const timer = setInterval(() => this.now$.set(Date.now() + this.skew$()), 1_000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** The server has just said what time it is. */
  observe(serverMs: number): void {
    if (Number.isNaN(serverMs)) return;
    const skew = serverMs - Date.now();
    this.skew$.set(Math.abs(skew) > tolerableSkewMs ? skew : 0);
    this.now$.set(Date.now() + this.skew$());
  }
}
