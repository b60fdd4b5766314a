export interface ListNode<T> {
  readonly value: T;
  before: ListNode<T> | undefined;
  after: ListNode<T> | undefined;
}

/** A doubly linked list: whatever is in it leaves, or moves to the end, at the same cost. (A Map keeps the holes of what has left.) */
export class LinkedList<T> {
  private head: ListNode<T> | undefined;
  private tail: ListNode<T> | undefined;

  get first(): ListNode<T> | undefined {
    return this.head;
  }

  add(value: T): ListNode<T> {
    const node: ListNode<T> = { value, before: undefined, after: undefined };
    this.append(node);
    return node;
  }

  remove(node: ListNode<T>): void {
    if (node.before === undefined) this.head = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.tail = node.before;
    else node.after.before = node.before;
  }

  moveToEnd(node: ListNode<T>): void {
    this.remove(node);
    this.append(node);
  }

  private append(node: ListNode<T>): void {
    node.before = this.tail;
    node.after = undefined;
    if (this.tail === undefined) this.head = node;
    else this.tail.after = node;
    this.tail = node;
  }
}
