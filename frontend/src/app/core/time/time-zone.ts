import { computed, Injectable, signal } from '@angular/core';
import type { ZoneChoice } from '../../ui/format';

const storageKey = 'oqx.zone';

/** Which zone the whole console shows times in; remembered. `?tz=utc` in an address that was shared wins. */
@Injectable({ providedIn: 'root' })
export class TimeZone {
  private readonly choice = signal<ZoneChoice>(initialChoice());
  readonly zone = this.choice.asReadonly();
  readonly label = computed(() => (this.choice() === 'utc' ? 'UTC' : $localize`Local, ${offsetText()}:offset:`));

  toggle(): void {
    this.choice.update((zone) => (zone === 'utc' ? 'local' : 'utc'));
    localStorage.setItem(storageKey, this.choice());
  }
}

function initialChoice(): ZoneChoice {
  const shared = new URLSearchParams(location.search).get('tz');
  return (shared ?? localStorage.getItem(storageKey)) === 'utc' ? 'utc' : 'local';
}

function offsetText(): string {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
