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
import { Icon } from '../../ui/icon';
import { lookOf } from '../../ui/state';
import { layoutGraph, neighbour, nodeSize, type GraphInput, type GraphLayout } from './layout';
import { fit, isVisible, reveal, zoom, type Viewpoint } from './view-box';

/** A step as drawn. */
export interface GraphStepLook extends GraphInput {
  /** A key of `stateLooks`; undefined: no state is shown (a definition). */
  readonly state?: string;
  /** Below the id. */
  readonly text: string;
  /** Below, at the end: attempt or time. */
  readonly figure: string;
  readonly isActive?: boolean;
  readonly isFaded?: boolean;
  readonly hasStarted?: boolean;
}

/** Beyond this many steps drawing is asked for. */
/** Below this scale the words in the nodes are too small to read: a wide graph is then cut off rather than shrunk. */
const smallestLegible = 0.65;
const askAbove = 2_000;
const clipped = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

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

  private readonly frameRef = viewChild.required<ElementRef<HTMLElement>>('frame');
  private readonly frame = signal({ width: 800, height: 400 });
  protected readonly layout = signal<GraphLayout | undefined>(undefined);
  protected readonly view = signal<Viewpoint>({ x: 24, y: 24, scale: 1 });
  protected readonly isFollowing = signal(true);
  protected readonly isAsking = signal(false);
  protected readonly focused = signal<string | undefined>(undefined);
  protected readonly size = nodeSize;
  protected readonly strokes = glyphStrokes;
  protected readonly clipped = clipped;
  private readonly shape = computed(() => this.steps().map(({ id, needs }) => ({ id, needs })), {
    equal: (a, b) => a.length === b.length && JSON.stringify(a) === JSON.stringify(b),
  });
  private readonly byId = computed(() => new Map(this.steps().map((step) => [step.id, step])));
  protected readonly nodes = computed(() => {
    const { view, frame, layout, byId } = { view: this.view(), frame: this.frame(), layout: this.layout(), byId: this.byId() };
    return (layout?.nodes ?? []).flatMap((node) => {
      const step = byId.get(node.id);
      return step && isVisible(view, node, frame)
        ? [{ ...node, step, look: step.state === undefined ? undefined : lookOf(step.state) }]
        : [];
    });
  });
  protected readonly edges = computed(() => {
    const [byId, view, frame] = [this.byId(), this.view(), this.frame()];
    const visible = (this.layout()?.edges ?? []).filter(({ bounds }) => isVisible(view, bounds, frame));
    return visible.map((edge) => ({ ...edge, isAhead: byId.get(edge.to)?.hasStarted === false }));
  });
  protected readonly transform = computed(() => `translate(${this.view().x} ${this.view().y}) scale(${this.view().scale})`);
  protected readonly percent = computed(() => Math.round(this.view().scale * 100));
  protected readonly tabStop = computed(() => this.focused() ?? this.selected() ?? this.layout()?.nodes[0]?.id);
  private drag: { x: number; y: number; isMoved: boolean } | undefined;

  constructor() {
    effect(() => {
      const shape = this.shape();
      untracked(() => (shape.length > askAbove ? this.isAsking.set(true) : void this.place(shape)));
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
    this.layout.set(layout);
    this.fitFirst();
  }

  protected fitAll(): void {
    const layout = this.layout();
    if (layout) this.view.set(fit(layout, this.frame()));
    this.isFollowing.set(true);
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
    if (event.key === 'Enter' || event.key === ' ') this.chosen.emit(id);
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
