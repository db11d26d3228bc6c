/** One open or opening WebSocket, as far as the client needs it. */
export interface PlatformSocket {
  send(text: string): void;
  /** Closes it; the handlers hear of it as of any other end. */
  close(): void;
}

export interface PlatformSocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  /** The socket is gone, or was never opened. Called once. */
  onClose(): void;
}

/** What a page knows of its device, and of whoever looks at it. */
export interface Page {
  /** False where the device knows that it has no network. True promises nothing. */
  isOnline(): boolean;
  /** False while nobody can see the page. */
  isVisible(): boolean;
  /** Runs something whenever the page is looked at again, shown again, or the network is back; the answer ends it. */
  onWake(run: () => void): () => void;
}

/** What the client takes from where it runs. Tests give their own; browsers and Node 22 or newer have all of it. */
export interface Platform {
  fetch(url: string, init: RequestInit): Promise<Response>;
  openSocket(url: string, protocols: string[], handlers: PlatformSocketHandlers): PlatformSocket;
  /** Runs something once after so many milliseconds; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Milliseconds of a clock that goes forward. */
  now(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  /** A new id by the contract's rule, never given twice. */
  newId(): string;
  /** Absent where there is none, as in Node: then the network is tried at any time, and nothing is known to wake. */
  readonly page?: Page;
}

/** The page of a browser's window. */
export const pageOf = (window: Pick<Window, 'document' | 'navigator' | 'addEventListener' | 'removeEventListener'>): Page => {
  const { document, navigator } = window;
  const isVisible = () => document.visibilityState !== 'hidden';
  return {
    isOnline: () => navigator.onLine,
    isVisible,
    onWake(run) {
      const seen = () => {
        if (isVisible()) run();
      };
      // `pageshow` alone tells of a page that comes out of the back-forward cache; every page shows when it is loaded.
      const shown = ({ persisted }: PageTransitionEvent) => {
        if (persisted) run();
      };
      document.addEventListener('visibilitychange', seen);
      window.addEventListener('online', run);
      window.addEventListener('pageshow', shown);
      return () => {
        document.removeEventListener('visibilitychange', seen);
        window.removeEventListener('online', run);
        window.removeEventListener('pageshow', shown);
      };
    },
  };
};

/** The browser, or Node with its global `fetch` and `WebSocket`. */
export const globalPlatform: Platform = {
  fetch: (url, init) => globalThis.fetch(url, init),
  openSocket(url, protocols, handlers) {
    const socket = new globalThis.WebSocket(url, protocols);
    socket.addEventListener('open', () => handlers.onOpen());
    socket.addEventListener('message', (event) => {
      if (typeof event.data === 'string') handlers.onText(event.data);
    });
    // An error is always followed by a close, which says all we can know.
    socket.addEventListener('close', () => handlers.onClose());
    return socket;
  },
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
  random: () => Math.random(),
  newId() {
    // Not randomUUID: browsers keep that from pages served without TLS, a clinic's test server among them.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  ...(typeof document !== 'undefined' && { page: pageOf(globalThis.window) }),
};
