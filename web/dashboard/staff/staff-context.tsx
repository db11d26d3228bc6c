import { createContext, type ReactNode, use, useRef, useSyncExternalStore } from 'react';
import type { StaffClient } from '../../../client/index.ts';
import type { Caller } from '../../../protocol/objects.ts';
import type { StaffSnapshot, StaffStore } from './staff-store.ts';

const Context = createContext<StaffStore | undefined>(undefined);

export const StaffProvider = ({ store, children }: { store: StaffStore; children: ReactNode }) => (
  <Context value={store}>{children}</Context>
);

const useStore = (): StaffStore => {
  const store = use(Context);
  if (!store) throw new Error('there is no clinic around this component');
  return store;
};

export const useStaff = (): StaffClient => useStore().staff;

/** One part of what is known of the clinic; the component renders again when that part changes. */
export const useStaffSnapshot = <Part extends keyof StaffSnapshot>(part: Part): StaffSnapshot[Part] => {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => store.snapshot()[part]);
};

/** The clinic, for components that are shown only once the board is here. */
export const useClinic = () => {
  const clinic = useStaffSnapshot('clinic');
  if (!clinic) throw new Error('the clinic is not here yet');
  return clinic;
};

/** One caller as they now are, or as they were when they left. */
export const useCaller = (asOpened: Caller): { readonly caller: Caller; readonly hasLeft: boolean } => {
  const store = useStore();
  const present = useSyncExternalStore(store.subscribe, () => store.snapshot().callers?.get(asOpened.callerId));
  const lastKnown = useRef(asOpened);
  if (present) lastKnown.current = present;
  return { caller: lastKnown.current, hasLeft: present === undefined };
};
