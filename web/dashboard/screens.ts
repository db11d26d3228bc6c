import { createContext, use } from 'react';
import type { Broadcast, Caller } from '../../protocol/objects.ts';

/** What may stand over the board: one dialog at a time. A caller is given as last known: who has left is on no board. */
export type Screen =
  | { readonly kind: 'conversation'; readonly caller: Caller /** What stands there again afterwards. */; readonly backTo?: Screen }
  | { readonly kind: 'details'; readonly caller: Caller }
  | { readonly kind: 'notify' }
  | { readonly kind: 'recipients'; readonly broadcast: Broadcast }
  | { readonly kind: 'left-today' }
  | { readonly kind: 'settings' };

const Context = createContext<((screen: Screen) => void) | undefined>(undefined);
export const ScreenProvider = Context.Provider;

/** Opens a dialog in place of the one that is open. */
export const useShow = (): ((screen: Screen) => void) => {
  const show = use(Context);
  if (!show) throw new Error('nothing here shows dialogs');
  return show;
};
