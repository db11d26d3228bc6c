/** Where the pages may connect to. */
export interface Connections {
  /** The HTTP API, or a pattern that holds it. */
  readonly http: string;
  readonly webSocket: string;
  /** Origins of the identity provider: discovery, keys and the token endpoint. */
  readonly signIn: readonly string[];
}

/** The connections of a page, its own `/config.json` among them. */
export function connectSources({ http, webSocket, signIn }: Connections): string {
  return ["connect-src 'self'", http, webSocket, ...signIn].join(' ');
}

/** A page loads its own files and nothing else, runs no inline script or style, stands in no frame. */
export function contentSecurityPolicy(connections: Connections): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self'",
    connectSources(connections),
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

/** What CloudFront's own header settings have no field for. */
export const otherSecurityHeaders: Readonly<Record<string, string>> = {
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
