import type { TokenSource } from './token-source.ts';

/** How a caller proves who it is. Certificate and key are PEM. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: TokenSource }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string };

/** Everything needed to talk to one API server. */
export type Connection = {
  /** `https://host:port`, a path prefix is allowed; `http://` only where something else protects the way. */
  readonly server: string;
  /** PEM of the authorities trusted for the server. @default the machine's own */
  readonly ca?: string;
  readonly credential: Credential;
  /** The namespace meant when a person names none. */
  readonly namespace?: string;
  /** The name expected in the server's certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** Accept any server certificate: whoever is on the way can then read and change everything. @default false */
  readonly insecureSkipTlsVerify?: boolean;
};
