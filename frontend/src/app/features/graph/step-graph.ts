import {
  afterNextRender,
  Component,
  computed,
  DestroyRef,
  effect,
  type ElementRef,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { glyphStrokes } from '../../ui/glyph';
import { Icon, iconPaths } from '../../ui/icon';
import { lookOf } from '../../ui/state';
import { layoutGraph, neighbour, nodeSize, type GraphLayout, type PlacedNode } from './layout';
import { flattenLooks, laneId, progressBar, shapeOf, type FlatLooks, type GraphStepLook } from './looks';
import { fit, isVisible, reveal, zoom, type Viewpoint } from './view-box';

/** Below this scale the words in the nodes are too small to read: a wide graph is then cut off rather than shrunk. */
const smallestLegible = 0.65;
/** Beyond this many steps drawing is asked for. */
const askAbove = 2_000;
const charWidth = 7;
const clipped = (text: string, width: number): string => {
  const length = Math.floor(width / charWidth);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
};

/** Steps and needs, left to right. One tab stop: arrows walk, Enter selects; drag, wheel and buttons move the view. */
@Component({
  selector: 'oqx-step-graph',
  imports: [Icon],
  templateUrl: './step-graph.html',
  styleUrl: './step-graph.css',
})
export class StepGraph {
  readonly steps = input.required<readonly GraphStepLook[]>();
  readonly selected = input<string>();
  /** Keeps this step in view until the user moves it away. */
  readonly followed = input<string>();
  readonly chosen = output<string>();
  /** The inside of this step is to be shown, or hidden. */
  readonly folded = output<string>();
  /** Another of many alike is to be shown inside a step. */
  readonly paged = output<{ readonly id: string; readonly index: number }>();

  private readonly frameRef = viewChild.required<ElementRef<HTMLElement>>('frame');
  private readonly frame = signal({ width: 800, height: 400 });
  protected readonly layout = signal<GraphLayout | undefined>(undefined);
  protected readonly view = signal<Viewpoint>({ x: 24, y: 24, scale: 1 });
  protected readonly isFollowing = signal(true);
  protected readonly isAsking = signal(false);
  protected readonly focused = signal<string | undefined>(undefined);
  protected readonly size = nodeSize;
  protected readonly strokes = glyphStrokes;
  protected readonly icons = iconPaths;
  protected readonly foldWord = $localize`Fold`;
  protected readonly unfoldWord = $localize`Unfold`;
  protected readonly previousOf = $localize`Previous of`;
  protected readonly nextOf = $localize`Next of`;
  private readonly shape = computed(() => shapeOf(this.steps()), {
    equal: (a, b) => a.length === b.length && JSON.stringify(a) === JSON.stringify(b),
  });
  protected readonly flat = computed(() => flattenLooks(this.steps()));
  private readonly faded = computed(() => fadedIn(this.flat()));
  protected readonly nodes = computed(() => {
    const [flat, faded, visible] = [this.flat().steps, this.faded(), this.visible()];
    return visible.flatMap((node) => {
      const step = flat.get(node.id);
      return step ? [{ ...node, step, isFaded: faded.has(node.id), ...nodeTexts(node, step) }] : [];
    });
  });
  protected readonly boxes = computed(() => this.nodes().filter(({ isBox }) => isBox));
  private readonly visible = computed(() => {
    const [view, frame] = [this.view(), this.frame()];
    return (this.layout()?.nodes ?? []).filter((node) => isVisible(view, node, frame));
  });
  protected readonly lanes = computed(() => {
    const [flat, faded, view, frame] = [this.flat().lanes, this.faded(), this.view(), this.frame()];
    const visible = (this.layout()?.lanes ?? []).filter((lane) => isVisible(view, lane, frame));
    return visible.flatMap((place) => {
      const lane = flat.get(laneId(place.owner, place.key));
      if (!lane) return [];
      const { label, text, pager, state } = lane;
      const isFaded = lane.isFaded === true || faded.has(place.owner);
      return [{ ...place, label, text, pager, tone: state && lookOf(state).tone, isFaded }];
    });
  });
  protected readonly edges = computed(() => {
    const [flat, faded, view, frame] = [this.flat().steps, this.faded(), this.view(), this.frame()];
    const visible = (this.layout()?.edges ?? []).filter(({ bounds }) => isVisible(view, bounds, frame));
    return visible.map((edge) => ({
      ...edge,
      isAhead: flat.get(edge.to)?.hasStarted === false,
      isFaded: faded.has(edge.to) && faded.has(edge.from),
    }));
  });
  protected readonly transform = computed(() => `translate(${this.view().x} ${this.view().y}) scale(${this.view().scale})`);
  protected readonly percent = computed(() => Math.round(this.view().scale * 100));
  protected readonly tabStop = computed(() => this.focused() ?? this.selected() ?? this.layout()?.nodes[0]?.id);
  /** Opened, folded or paged by hand: where the eye is. */
  private anchor: string | undefined;
  private drag: { x: number; y: number; isMoved: boolean } | undefined;

  constructor() {
    effect(() => {
      const shape = this.shape();
      untracked(() => (this.flat().steps.size > askAbove ? this.isAsking.set(true) : void this.place(shape)));
    });
    effect(() => {
      const [id, layout] = [this.followed(), this.layout()];
      if (id === undefined || !layout) return;
      untracked(() => this.isFollowing() && this.show(id));
    });
    const destroyed = inject(DestroyRef);
    afterNextRender(() => {
      const element = this.frameRef().nativeElement;
      const observer = new ResizeObserver(() => this.resized(element.clientWidth, element.clientHeight));
      observer.observe(element);
      // Not passive: the page must not scroll while the graph is zoomed.
      element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
      destroyed.onDestroy(() => observer.disconnect());
    });
  }

  protected async place(shape = this.shape()): Promise<void> {
    this.isAsking.set(false);
    const layout = await layoutGraph(shape);
    if (shape !== this.shape()) return;
    const before = this.layout();
    this.layout.set(layout);
    if (!before || (this.isFollowing() && this.anchor === undefined && before.width !== layout.width)) this.fitFirst();
    else if (this.anchor !== undefined) this.hold(this.anchor, before, layout);
  }

  /** What was just folded stays where it was on the screen. */
  private hold(id: string, before: GraphLayout, after: GraphLayout): void {
    const placeIn = ({ nodes }: GraphLayout): PlacedNode | undefined => nodes.find((node) => node.id === id);
    const [was, is] = [placeIn(before), placeIn(after)];
    if (!was || !is) return;
    this.view.update((view) => ({
      ...view,
      x: view.x + (was.x - is.x) * view.scale,
      y: view.y + (was.y - is.y) * view.scale,
    }));
  }

  protected fold(id: string): void {
    this.anchor = id;
    this.folded.emit(id);
  }

  protected turned(id: string, index: number, total: number): void {
    if (index < 0 || index >= total) return;
    this.anchor = id;
    this.paged.emit({ id, index });
  }

  /** About as wide as a label is drawn. */
  protected readonly textWidth = (text: string): number => Math.round(text.length * charWidth);

  protected fitAll(): void {
    const layout = this.layout();
    if (layout) this.view.set(fit(layout, this.frame()));
    this.isFollowing.set(true);
    this.anchor = undefined;
  }

  protected zoomBy(factor: number): void {
    const { width, height } = this.frame();
    this.view.update((view) => zoom(view, factor, { x: width / 2, y: height / 2 }));
  }

  protected pressed(event: PointerEvent): void {
    if (event.button === 0) this.drag = { x: event.clientX, y: event.clientY, isMoved: false };
  }

  protected moved(event: PointerEvent): void {
    const { drag } = this;
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.isMoved && Math.abs(dx) + Math.abs(dy) < 4) return; // a click, not yet a drag
    if (!drag.isMoved) (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.drag = { x: event.clientX, y: event.clientY, isMoved: true };
    this.isFollowing.set(false);
    this.view.update((view) => ({ ...view, x: view.x + dx, y: view.y + dy }));
  }

  protected released(): void {
    this.drag = undefined;
  }

  protected keyed(event: KeyboardEvent, id: string): void {
    const layout = this.layout();
    const step = this.flat().steps.get(id);
    const pager = step?.lanes?.[0]?.pager;
    if (event.key === ' ' && step?.isFoldable) this.fold(id);
    else if (event.key === 'Enter' || event.key === ' ') this.chosen.emit(id);
    else if (pager && event.key === 'PageDown') this.turned(id, pager.index + 1, pager.total);
    else if (pager && event.key === 'PageUp') this.turned(id, pager.index - 1, pager.total);
    else if (layout && event.key.startsWith('Arrow')) this.focusNode(neighbour(layout, id, event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private focusNode(id: string | undefined): void {
    if (id === undefined) return;
    this.focused.set(id);
    this.show(id);
    setTimeout(() =>
      this.frameRef()
        .nativeElement.querySelector<SVGElement>(`[data-step="${CSS.escape(id)}"]`)
        ?.focus(),
    );
  }

  private show(id: string): void {
    const node = this.layout()?.nodes.find((placed) => placed.id === id);
    if (node) this.view.update((view) => reveal(view, node, this.frame()));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const box = this.frameRef().nativeElement.getBoundingClientRect();
    this.isFollowing.set(false);
    this.view.update((view) =>
      zoom(view, Math.exp(-event.deltaY / 400), { x: event.clientX - box.left, y: event.clientY - box.top }),
    );
  }

  private resized(width: number, height: number): void {
    this.frame.set({ width, height });
    this.fitFirst();
  }

  /** At first the whole graph, if it can still be read at that size; later the user's view is kept. */
  private fitFirst(): void {
    const layout = this.layout();
    if (!layout || !this.isFollowing()) return;
    this.view.set(fit(layout, this.frame(), smallestLegible));
    const wanted = this.selected() ?? this.followed();
    if (wanted !== undefined) this.show(wanted);
  }
}

/** Steps that are faded themselves, or stand in something that is. */
function fadedIn({ steps }: FlatLooks): ReadonlySet<string> {
  const faded = new Set<string>();
  for (const step of steps.values()) {
    if (step.isFaded) faded.add(step.id);
    for (const lane of step.lanes ?? [])
      if (lane.isFaded || faded.has(step.id)) for (const inner of lane.steps) faded.add(inner.id);
  }
  return faded;
}

function nodeTexts({ width }: PlacedNode, step: GraphStepLook) {
  const look = step.state === undefined ? undefined : lookOf(step.state);
  const start = look ? 36 : 12;
  const icons = (step.icon ? 22 : 0) + (step.isFoldable ? 24 : 0);
  const name = clipped(step.name, width - start - icons - 8);
  const text = clipped(step.text, width - start - 12 - step.figure.length * charWidth);
  return {
    look,
    name,
    text,
    ...spoken(step, name, text),
    bar: step.progress && step.progress.total > 0 ? progressBar(step.progress, width - 24) : undefined,
  };
}

/** What is read must hold what is seen; what was clipped is told in full beside it. */
function spoken({ id, name, text, figure, type }: GraphStepLook, shownName: string, shownText: string) {
  const isWhole = shownName === name && shownText === text;
  const around = id.endsWith(shownName) ? id.slice(0, -shownName.length) : '';
  return {
    label: `${around}${shownName} ${shownText} ${figure}`,
    description: isWhole ? type : `${type ?? ''} ${id}: ${text}`.trim(),
  };
}
