import { createContext, use } from 'react';

/** What was typed to a caller and not sent yet; the id belongs to this very text, once it has been tried. */
export interface Draft {
  readonly text: string;
  readonly messageId?: string;
}

/** Drafts by caller, kept while the dashboard is open: closing a conversation loses none. */
export type Drafts = Map<string, Draft>;

const Context = createContext<Drafts | undefined>(undefined);
export const DraftsProvider = Context.Provider;

export const useDrafts = (): Drafts => {
  const drafts = use(Context);
  if (!drafts) throw new Error('nothing here keeps drafts');
  return drafts;
};
