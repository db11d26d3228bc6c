import { useCallback, useEffect, useState } from 'react';
import { toError } from '../../client/errors.ts';
import { Http, PublicApi } from '../../client/http.ts';
import type { Clinic } from '../../client/index.ts';
import { globalPlatform } from '../../client/platform.ts';
import { loadConfig } from '../shared/config.ts';

/** The clinic that this page belongs to, as far as it is known. `url` is the HTTP API's. */
export type Place =
  | { readonly state: 'loading' }
  | { readonly state: 'not-found' }
  | { readonly state: 'unreachable' }
  | { readonly state: 'ready'; readonly url: string; readonly clinic: Clinic };

/** Full jitter, so that a clinic's whole waiting area does not come back at one moment. */
const retryWithinMs = 20_000;
const retryAtLeastMs = 5_000;

/** Asks once. */
export const findPlace = async (clinicId: string | undefined): Promise<Place> => {
  if (clinicId === undefined) return { state: 'not-found' };
  try {
    const { http: url } = await loadConfig();
    return { state: 'ready', url, clinic: await new PublicApi(new Http(url, globalPlatform)).clinic(clinicId) };
  } catch (cause) {
    const { code } = toError(cause, 'the clinic');
    return { state: code === 'not-found' || code === 'invalid-request' ? 'not-found' : 'unreachable' };
  }
};

/**
 * The clinic, found by `first`, which may have been asked before there was anything to show. Where it cannot be reached, the page asks
 * again by itself, when the network returns, and on `retry`.
 */
export const usePlace = (clinicId: string | undefined, first: Promise<Place>): { place: Place; retry: () => void } => {
  const [place, setPlace] = useState<Place>({ state: 'loading' });

  const find = useCallback(async () => setPlace(await findPlace(clinicId)), [clinicId]);

  useEffect(() => {
    void first.then(setPlace);
  }, [first]);

  useEffect(() => {
    if (place.state !== 'unreachable') return;
    const again = () => void find();
    const timer = setTimeout(again, retryAtLeastMs + Math.random() * (retryWithinMs - retryAtLeastMs));
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', again);
    };
  }, [place, find]);

  return { place, retry: () => void find() };
};
