/** A list of callbacks for one kind of news. One that throws does not keep the others from hearing it. */
export class Listeners<T> {
  private readonly all = new Set<(news: T) => void>();

  /** @returns the function that ends it */
  add(listener: (news: T) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  tell(news: T, onError: (error: unknown) => void): void {
    for (const listener of this.all) {
      try {
        listener(news);
      } catch (error) {
        onError(error);
      }
    }
  }
}
