import { Injectable } from '@angular/core';

/** A secret the server has just made, on its way from the editor to the page that shows it, once. Never stored. */
@Injectable({ providedIn: 'root' })
export class FreshSecret {
  private held: { readonly name: string; readonly secret: string } | undefined;

  hold(name: string, secret: string | undefined): void {
    this.held = secret === undefined ? undefined : { name, secret };
  }

  /** Taken once; whatever else was held is forgotten. */
  takeOf(name: string): string | undefined {
    const held = this.held;
    this.held = undefined;
    return held?.name === name ? held.secret : undefined;
  }
}
