import type { GraphLayout } from './layout';
import { nodeSize } from './layout';

/** Where the graph stands in its frame: screen = graph · scale + offset. */
export interface Viewpoint {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}
export interface Frame {
  readonly width: number;
  readonly height: number;
}

const margin = 24;
const minScale = 0.1;
const maxScale = 2;
const bounded = (scale: number): number => Math.min(maxScale, Math.max(minScale, scale));

/** The whole graph, centred; never larger than life, and never smaller than `floor`. */
export function fit(layout: Pick<GraphLayout, 'width' | 'height'>, frame: Frame, floor = minScale): Viewpoint {
  const wanted = Math.min((frame.width - 2 * margin) / layout.width, (frame.height - 2 * margin) / layout.height, 1);
  const scale = bounded(Math.max(floor, wanted));
  const x = layout.width * scale > frame.width - 2 * margin ? margin : (frame.width - layout.width * scale) / 2;
  const y = (frame.height - layout.height * scale) / 2;
  return { x, y: layout.height * scale > frame.height ? margin : y, scale };
}

/** Zooms about a point of the frame, which stays where it is. */
export function zoom(view: Viewpoint, factor: number, at: { readonly x: number; readonly y: number }): Viewpoint {
  const scale = bounded(view.scale * factor);
  const ratio = scale / view.scale;
  return { x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio, scale };
}

/** Moves as little as needed for a node to be in the frame; the same object when it already is. */
export function reveal(view: Viewpoint, node: { readonly x: number; readonly y: number }, frame: Frame): Viewpoint {
  const shift = (start: number, size: number, room: number): number => {
    if (start < margin) return margin - start;
    if (start + size > room - margin) return room - margin - (start + size);
    return 0;
  };
  const dx = shift(view.x + node.x * view.scale, nodeSize.width * view.scale, frame.width);
  const dy = shift(view.y + node.y * view.scale, nodeSize.height * view.scale, frame.height);
  return dx === 0 && dy === 0 ? view : { ...view, x: view.x + dx, y: view.y + dy };
}

/** Is any part of it within the frame? Only that is drawn. A node, unless a size is given. */
export function isVisible(
  view: Viewpoint,
  part: { readonly x: number; readonly y: number; readonly width?: number; readonly height?: number },
  frame: Frame,
): boolean {
  const { width = nodeSize.width, height = nodeSize.height } = part;
  const left = view.x + part.x * view.scale;
  const top = view.y + part.y * view.scale;
  const reach = 80; // a little beyond, so that a pan does not show holes
  return (
    left + width * view.scale > -reach &&
    left < frame.width + reach &&
    top + height * view.scale > -reach &&
    top < frame.height + reach
  );
}
