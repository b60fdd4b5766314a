import { Component, computed, DestroyRef, type ElementRef, inject, Injector, signal, viewChild } from '@angular/core';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { followTopic } from '../live/follow-topic';
import { LiveConnection } from '../live/live-connection';
import { Shortcuts } from '../keyboard/shortcuts';
import { Theme } from '../theme/theme';
import { TimeZone } from '../time/time-zone';
import { Icon } from '../../ui/icon';
import { formatCount } from '../../ui/format';
import { TestWorkflow } from '../../features/sample/test-workflow';
import { ChaosBanner } from '../chaos/chaos-banner';
import { ChaosMode } from '../chaos/chaos-mode';
import { OpenIncidents } from '../incidents/open-incidents';
import { CommandBox } from './command-box';
import { pagesThereAre } from './commands';
import { LiveIndicator } from './live-indicator';

const foldedKey = 'oqx.rail-folded';

/** Rail, top bar and the page between them. */
@Component({
  selector: 'oqx-shell',
  imports: [RouterOutlet, RouterLink, RouterLinkActive, ChaosBanner, CommandBox, LiveIndicator, Icon],
  templateUrl: './shell.html',
  styleUrl: './shell.css',
})
export class Shell {
  protected readonly theme = inject(Theme);
  protected readonly zone = inject(TimeZone);
  protected readonly live = inject(LiveConnection);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  private readonly chaos = inject(ChaosMode);
  private readonly incidents = inject(OpenIncidents);
  protected readonly pages = computed(() => pagesThereAre(this.chaos.now() !== undefined));
  protected readonly isDrawerOpen = signal(false);
  /** By hand, where the work is wide; remembered. */
  protected readonly isFolded = signal(localStorage.getItem(foldedKey) === 'true');
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  /** How many asks are open, to be seen from everywhere; '' = none. */
  private readonly openAsks = signal('');
  /** What is counted beside a page, by its address; '' = nothing. */
  protected readonly badges = computed<Readonly<Record<string, string>>>(() => ({
    '/asks': this.openAsks(),
    '/dead-letters': this.incidents.badge(),
  }));
  /** What is shown may be old: it is greyed a little, its ages go on. */
  protected readonly isOutdated = computed(() => ['reconnecting', 'offline', 'stale'].includes(this.live.state().phase));

  constructor() {
    followTopic(() => ({
      request: () => ({ subscribe: 'asks' }),
      apply: (messages) => {
        for (const message of messages) {
          if (message.topic === 'asks')
            this.openAsks.set(message.items.length === 0 ? '' : formatCount(message.items.length, message.more));
        }
      },
    }));
    const sample = inject(TestWorkflow);
    const take = inject(Shortcuts).register({
      'g o': () => this.go('/'),
      'g r': () => this.go('/instances'),
      'g d': () => this.go('/definitions'),
      'g i': () => this.go('/asks'),
      'g e': () => this.go('/events'),
      'g s': () => this.go('/triggers'),
      'g h': () => this.go('/webhooks'),
      'g w': () => this.go('/workers'),
      'g l': () => this.go('/dead-letters'),
      'g a': () => this.go('/admin/audit'),
      'g x': () => (this.chaos.now() === undefined ? false : this.go('/chaos')),
      'g q': () => this.go('/workers?tab=queues'),
      p: () => this.live.setPaused(!this.live.isPaused()),
      t: () => this.theme.toggle(),
      n: () => void sample.start(),
      '?': () => void this.help(),
      Escape: () => (this.isDrawerOpen() ? this.isDrawerOpen.set(false) : false),
    });
    const moved = this.router.events.subscribe((event) => {
      if (event instanceof NavigationEnd) this.isDrawerOpen.set(false);
    });
    inject(DestroyRef).onDestroy(() => {
      take();
      moved.unsubscribe();
    });
  }

  protected skipToContent(event: Event): void {
    event.preventDefault();
    this.main().nativeElement.focus();
  }

  /** What is needed for it comes when it is asked for. */
  protected async help(): Promise<void> {
    const [{ MatDialog }, { HelpDialog }] = await Promise.all([import('@angular/material/dialog'), import('./help-dialog')]);
    this.injector.get(MatDialog).open(HelpDialog);
  }

  protected fold(): void {
    this.isFolded.update((isFolded) => !isFolded);
    localStorage.setItem(foldedKey, String(this.isFolded()));
  }

  private go(path: string): void {
    void this.router.navigateByUrl(path);
  }
}
