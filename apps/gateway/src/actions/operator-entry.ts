import type { OperatorAction } from '#libs/persistence';

/** Who asks for it, and why. */
export interface Act {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** @param id minted for the request, so that a repeat of it is the same entry; absent: a new one */
export const operatorEntry = (action: string, target: string, { by, reason }: Act, id?: string): OperatorAction => ({
  ...{ id, actor: by ?? 'anonymous', action, target, reason },
});
